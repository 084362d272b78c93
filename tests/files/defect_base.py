"""A small scenario that uses every section and table, for tests that break it."""

# ruff: noqa: E501

from pathlib import Path

FILES = {
    "scenario.yaml": """\
# a scenario of its own, without the reference set
format: cargopool/1
name: base for defects
synthetic: true
notes: all numbers are invented
horizon:
  start: 2026-10-19T00:00
  end: 2026-10-31T00:00
  timezone: Europe/Brussels
hubs: {table: hubs.csv}
doors: {table: doors.csv}
load_units:
  table: load_units.csv
  rows:
    - id: reefer
      kind: container
      pallets: 30
      payload_kg: 24000
      volume_m3: 70
      loading_metres: 12.4
      tare_kg: 6000
      teu: 2.25
      length_m: 13.7
      temperatures: [ambient, chilled, frozen]
road:
  vehicles: {table: vehicles.csv}
  links: {table: links.csv}
  crossings:
    - {origin: EU, destination: GB, eur: 60, minutes: 45}
    - {origin: GB, destination: EU, eur: 55, minutes: 40}
  bans:
    - {country: DE, timezone: Europe/Berlin, weekday: Su, start: "00:00", end: "22:00"}
    - {country: FR, timezone: Europe/Paris, dates: [2026-11-01]}
services:
  table: services.csv
  rows:
    - id: FERRY
      operator: Strait Lines
      mode: sea
      headway_min: 120
      stops:
        - {hub: LIL, departure: 0+00:00, closing_min: 60}
        - {hub: LON, arrival: 0+03:00, pick_up_ready_min: 45}
      legs:
        - {km: 60}
      carrier: mgo
      mj_per_gross_tkm: 0.2
      tariff:
        eur_per_unit: 250
        weight_classes:
          - {up_to_kg: 20000, factor: 0.9}
          - {up_to_kg: 40000, factor: 1.0}
surcharges:
  - {id: peak, mode: rail, start: 2026-10-23T00:00, end: 2026-10-25T12:00, percent: 10}
shipments: {table: shipments.csv}
drayage:
  radius_km: 120
  vehicle: truck
  collection_load_share: 0.5
objective:
  carbon_price_eur_per_t: 90
  weights: {toll: 1.0}
  unserved: allowed
factors:
  id: own-2026
  carriers:
    - {id: diesel, wtt_g_per_mj: 17, ttw_g_per_mj: 72}
    - {id: mgo, wtt_g_per_mj: 14, ttw_g_per_mj: 76}
  grid_g_per_kwh: {default: 250, DE: 340}
  shuttle_min: {tunnel: 35}
  shuttle_eur: {tunnel: 190}
  shuttle_kwh: {tunnel: 300}
  shuttle_km: {tunnel: 50}
  groupage:
    - {up_to_loading_metres: 2, up_to_kg: 3000, eur_per_ldm_km: 0.3, min_eur: 60}
    - {up_to_loading_metres: 13.6, up_to_kg: 25000, eur_per_ldm_km: 0.12, min_eur: 90}
conditions:
  closed_services: [OLD]
scope: {event_depth: 2, bucket_min: 60}
overrides:
  carbon-200: {objective.carbon_price_eur_per_t: 200}
  carbon-150: {objective.carbon_price_eur_per_t: 150}
  fewer-slots: {"services[mode=rail].capacity_factor": 0.8}
  dear-lifts: {"hubs[DUI].lift_eur": 55}
variants:
  base: []
  dear: [carbon-200, fewer-slots]
  lifts: [dear-lifts]
""",
    "hubs.csv": """\
id,name,country,lat,lon,timezone,customs_territory,road_region,modes,opening,closed_dates,cross_dock.eur_per_pallet,cross_dock.handling_min,lift_eur,lift_min,lift_kwh,lifts_per_hour,adr_classes,depot_stock
DUI,Duisburg,DE,51.43,6.76,Europe/Berlin,EU,continent,rail;barge;road,Mo-Fr 06:00-22:00; Sa 06:00-12:00,2026-11-01,4.5,60,30,20,12,20,3;8,box=20
LIL,Lille,FR,50.63,3.06,Europe/Paris,EU,continent,rail;sea;road,,,4,60,28,20,12,,all,box=5;reefer=2
LON,London,GB,51.51,0.13,Europe/London,GB,britain,rail;sea;road,Mo-Sa 00:00-24:00,,5,90,35,25,12,,none,
""",
    "doors.csv": """\
id,name,country,lat,lon,timezone,customs_territory,road_region,opening,loading_min,loading
D1,Plant,DE,51.2,6.9,Europe/Berlin,EU,continent,Mo-Fr 07:00-17:00,45,live
D2,Store,GB,51.6,-0.2,Europe/London,GB,britain,,60,drop
""",
    "load_units.csv": """\
id,name,kind,pallets,payload_kg,volume_m3,loading_metres,tare_kg,teu,length_m,modes,gauge,temperatures,per_truck,rental_eur_day,return_days,one_way_eur
box,45 ft,container,33,27000,85,13.5,4700,2.25,13.716,rail;barge;sea;road,,ambient,1,5,2,20
swap,C 745,swap_body,18,13000,43,7.3,2800,1.25,7.45,rail;road,C45,ambient,2,4,1,10
""",
    "vehicles.csv": """\
id,name,unit_types,gross_limit_kg,combined_limit_kg,tractor_kg,eur_fixed,eur_per_km,eur_per_empty_km,eur_per_h,min_eur,toll_eur_per_km,toll_carbon_share,empty_km_factor,carrier,mj_per_km_empty,mj_per_km_full,full_load_kg,manning
truck,Artic,box;reefer;swap,40000,44000,8500,60,0.55,0.5,38,150,DE=0.348;FR=0.26,DE=0.45,0.25,diesel,9,14.8,25000,single
""",
    "links.csv": """\
origin,destination,km,drive_min,countries,shuttle,both_ways
DUI,LIL,330,270,DE=60;BE=200;FR=70,,true
LIL,LON,280,240,FR=110;GB=170,tunnel,true
""",
    "services.csv": """\
id,operator,mode,stops,legs,weekdays,added_dates,unit_types,gauges,adr_classes,capacity.teu,capacity.units,tariff.eur_per_unit,tariff.by_stops,tariff.weight_classes,allotment_units,spot_units,charter.eur_per_run,carrier,mj_per_gross_tkm
R1,Rail Co,rail,hub=DUI departure=0+20:30 closing_min=240; hub=LIL arrival=1+05:00 pick_up_ready_min=120,"km=340 countries=DE=70,BE=200,FR=70",Mo-Fr,2026-10-24,box;swap,C45,3;8,80,34,310,,,4,20,,electricity,0.08
R2,Rail Co,rail,hub=DUI departure=0+18:00 closing_min=240; hub=LIL arrival=1+03:30 departure=1+05:00 pick_up_ready_min=90; hub=LON arrival=1+12:00 pick_up_ready_min=180,"km=340 countries=DE=70,BE=200,FR=70; km=270 countries=FR=100,GB=170",Tu;Th;Sa,,all,C45,none,60,24,520,origin=DUI destination=LIL share=0.6,up_to_kg=16500 factor=0.8; up_to_kg=34000 factor=1,,,,electricity,0.08
CH,Charter Co,rail,hub=LIL departure=0+10:00 closing_min=180; hub=DUI arrival=0+20:00 pick_up_ready_min=120,km=340,We,,box,C45,all,80,34,,,,,,9000,electricity,0.08
OLD,Rail Co,rail,hub=LIL departure=0+10:00 closing_min=180; hub=DUI arrival=0+20:00 pick_up_ready_min=120,km=340,Fr,,box,C45,all,80,34,300,,,,,,electricity,0.08
""",
    "shipments.csv": """\
id,shipper,origin,destination,pallets,kg,volume_m3,loading_metres,load_unit,load_units,ready,due,latest,late_eur_per_h,goods_class,temperature,adr_class,max_parts,min_part_pallets,keep_together,modes,must_serve,customs_status,veto_shippers,veto_goods
K1,Acme,DUI,LIL,20,9000,30,8.4,,,2026-10-20T08:00,2026-10-23T18:00,2026-10-24T18:00,20,04,ambient,,1,1,false,,false,free,Beta,
K2,Acme,D1,LON,12.5,5000,18,5,,,2026-10-20T10:00,2026-10-24T18:00,,0,10,chilled,,2,4,false,rail;sea;road,true,free,,17
K3,Beta,LIL,D2,,24000,,,box,2,2026-10-21T08:00,2026-10-27T18:00,,0,08,ambient,,1,1,false,,false,transit,,
K4,Beta,DUI,LIL,6,3000,,,,,2026-10-22T08:00+02:00,2026-10-26T18:00+01:00,,0,,ambient,8,1,1,true,rail,false,free,,
""",
}


def write_base(folder: Path, changes: dict[str, str] | None = None) -> Path:
    """Write the scenario, with some files replaced."""
    for name, text in {**FILES, **(changes or {})}.items():
        (folder / name).write_bytes(text.encode("utf-8"))
    return folder
