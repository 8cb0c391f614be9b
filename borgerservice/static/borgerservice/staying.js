"use strict";
// Who works stays signed in; who does nothing is asked, and then their page is left.
// Who signs out does so in every window.
const asks = document.querySelector("dialog[data-still]");
if (asks) {
  const BEFORE = 120, BEFORE_LAST = 600, OFTEN = 300, AGAIN = 15, PATIENCE = 10;
  const { still, began, longest } = asks.dataset;
  const seal = asks.querySelector("[name=csrfmiddlewaretoken]").value;
  const said = document.querySelector(".staying-last");
  const title = document.title;
  const opened = Date.now();
  const since = () => (Date.now() - opened) / 1000;
  let end = Number(asks.dataset.seconds);
  let touched = 0, told = 0, sent = 0, next = 0, isWaiting = false;

  const canGoOn = () => longest - end > 2;
  const leave = () => {
    document.body.replaceChildren();
    location.replace(location.pathname + location.search);
  };
  const show = () => {
    const isSoon = end - since() <= BEFORE && canGoOn() && touched <= told;
    if (isSoon && !asks.open) asks.showModal();
    if (!isSoon && asks.open) asks.close("known");
    document.title = isSoon ? asks.querySelector("h2").textContent : title;
  };
  const ask = async (isAtWork) => {
    isWaiting = true;
    const at = touched, ago = Math.floor(since() - at);
    const news = { method: "POST", headers: { "X-CSRFToken": seal }, body: new URLSearchParams({ ago }) };
    const how = { ...(isAtWork ? news : {}), cache: "no-store", signal: AbortSignal.timeout(PATIENCE * 1000) };
    if (isAtWork) sent = since();
    const answer = await fetch(still, how).catch(() => null);
    const found = answer && answer.ok ? await answer.json().catch(() => null) : null;
    isWaiting = false;
    next = !isAtWork && touched > at ? 0 : since() + AGAIN;
    if (found && String(found.began) === began) {
      end = since() + found.seconds;
      if (isAtWork) told = at;
    } else if (since() >= end || found || (answer && answer.status < 500)) {
      leave();
      return;
    }
    show();
    document.body.hidden = since() > end;
  };
  const look = () => {
    const now = since(), left = end - now;
    if (longest - now <= BEFORE_LAST && !said.textContent) said.textContent = said.dataset.words;
    if (left <= 0) document.body.hidden = true; // until it is known whether another page went on
    if (isWaiting || (now < next && left > 0)) return;
    const isNews = touched > told && canGoOn();
    if (isNews && (now - sent >= OFTEN || left <= BEFORE)) ask(true);
    else if (left <= 0 || (left <= BEFORE && canGoOn())) ask(false);
  };
  asks.addEventListener("close", () => {
    const isKnown = asks.returnValue === "known";
    asks.returnValue = "";
    if (isKnown) return;
    touched = since();
    next = 0;
    look();
  });
  for (const kind of ["keydown", "pointerdown", "input", "scroll", "touchmove"]) {
    const touch = () => { if (!asks.open) touched = since(); };
    document.addEventListener(kind, touch, { capture: true, passive: true });
  }
  const others = new BroadcastChannel("staying");
  const way = asks.querySelector("[formaction]").getAttribute("formaction");
  addEventListener("submit", ({ submitter, target }) => {
    const to = submitter?.getAttribute("formaction") || target.getAttribute("action");
    const isSent = target.method !== "dialog" || submitter?.formMethod === "post";
    if (isSent && (to || location.pathname) === way) others.postMessage("signs out");
  });
  others.addEventListener("message", () => {
    for (const seconds of [1, 5, 20]) setTimeout(() => ask(false), seconds * 1000);
  });
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
  setInterval(look, 1000);
}
