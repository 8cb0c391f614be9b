"use strict";
// The centre's own screen asks before it forgets, and leaves nothing behind for the back button.
const box = document.querySelector("[data-kiosk]");
const leave = () => location.replace(box.dataset.kiosk);
if (box) {
  const silence = Number(box.dataset.seconds) * 1000;
  const warning = silence - Number(box.dataset.warns) * 1000;
  const often = 15000;
  let touched = Date.now();
  let told = Date.now();
  let before = null;
  const tell = async () => {
    told = Date.now();
    if (!box.dataset.still) return;
    const answer = await fetch(box.dataset.still, { cache: "no-store" }).catch(() => null);
    if (answer && answer.status === 410) leave();
  };
  const touch = () => {
    if (!box.hidden) return;
    touched = Date.now();
    if (touched - told > often) tell();
  };
  const ask = () => {
    before = document.activeElement;
    box.hidden = false;
    box.querySelector("button").focus();
  };
  box.querySelector("button").addEventListener("click", () => {
    box.hidden = true;
    if (before) before.focus();
    touched = Date.now();
    tell();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Tab") event.preventDefault();
    if (event.key === "Escape") box.querySelector("button").click();
  });
  for (const kind of ["pointerdown", "keydown", "input", "scroll", "touchmove"]) {
    document.addEventListener(kind, touch, { passive: true, capture: true });
  }
  setInterval(() => {
    const since = Date.now() - Math.min(touched, told + often);
    if (since >= silence) leave();
    else if (since >= warning && box.hidden) ask();
  }, 1000);
}
for (const link of document.querySelectorAll("a[data-leaves]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(link.href);
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
