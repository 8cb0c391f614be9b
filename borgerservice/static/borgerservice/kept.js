"use strict";
// Says in words that a time is soon no longer kept, and that it no longer is.
for (const line of document.querySelectorAll("[data-kept-seconds]")) {
  const end = performance.now() + Number(line.dataset.keptSeconds) * 1000;
  const said = new Map([[120, line.dataset.keptSoon], [0, line.dataset.keptOver]]);
  const look = () => {
    const left = (end - performance.now()) / 1000;
    for (const [seconds, words] of said) {
      if (left <= seconds) {
        said.delete(seconds);
        line.textContent = words;
      }
    }
    if (said.size === 0) clearInterval(timer);
  };
  if (Number(line.dataset.keptSeconds) <= 120) said.delete(120);
  const timer = setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
}
