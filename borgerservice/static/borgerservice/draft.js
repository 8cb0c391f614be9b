"use strict";
// While somebody is at the page, what they wrote is kept; before it is deleted, that is said.
const line = document.querySelector("[data-draft-still]");
const seal = document.querySelector("[name=csrfmiddlewaretoken]");
if (line && seal) {
  const HOUR = 3600, BEFORE = 300, OFTEN = 300;
  const opened = Date.now();
  const since = () => (Date.now() - opened) / 1000;
  const last = Number(line.dataset.draftLast);
  let end = Number(line.dataset.draftSeconds), told = 0;

  const look = () => {
    const left = end - since();
    const soon = left <= BEFORE && end < last ? line.dataset.draftSoon : "";
    const words = left <= 0 ? line.dataset.draftOver : soon;
    if (line.textContent !== words) line.textContent = words;
  };
  const keep = async () => {
    const before = told, now = since();
    const isEarly = now - before < OFTEN && end - now > BEFORE;
    if (isEarly || now >= end || end >= last) return;
    told = now;
    const headers = { "X-CSRFToken": seal.value };
    const answer = await fetch(line.dataset.draftStill, { method: "POST", headers }).catch(() => null);
    if (answer && answer.ok) end = Math.min(now + HOUR, last);
    else if (answer && answer.status === 410) end = 0;
    else told = before;
    look();
  };
  for (const kind of ["keydown", "pointerdown", "input"]) {
    document.addEventListener(kind, keep, { capture: true, passive: true });
  }
  document.addEventListener("visibilitychange", look);
  setInterval(look, 1000);
}
