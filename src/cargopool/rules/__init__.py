"""Pure functions of the world: clocks, calendars, opening hours, driver hours, bans, geodesy."""
