"use strict";
(function () {
  const field = document.getElementById("search");
  const count = document.getElementById("found");
  if (!field || !count) { return; }
  const rows = Array.from(document.querySelectorAll("#shipment-rows > tr"));
  const show = function () {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const row of rows) {
      const text = row.dataset.search;
      const hit = words.every(function (word) { return text.includes(word); });
      row.hidden = !hit;
      if (hit) { found += 1; }
    }
    count.textContent = found + " of " + rows.length + " shipments";
  };
  field.addEventListener("input", show);
  show();
}());
