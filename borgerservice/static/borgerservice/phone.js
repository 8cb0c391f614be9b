"use strict";
// Says under a phone number how we read it, or what its shape lacks. It stops nobody: the server decides.
const SHORTEST_ABROAD = 6;
const PAUSE = 2000;

// What is read, or the name of what is to be said; neither for what only the server understands.
function advice(typed) {
  const plain = typed.trim().replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => digit.charCodeAt(0) & 15);
  if (!/^\+?[\d() .\u00a0-]+$/.test(plain)) return {};
  const digits = plain.replace(/\D/g, "");
  let danish = /^45\d{8}$/.test(digits) ? digits.slice(2) : digits;
  if (plain.startsWith("+") || digits.startsWith("00")) {
    const rest = plain.startsWith("+") ? digits : digits.slice(2);
    if (rest.startsWith("0")) return {};
    if (!rest.startsWith("45")) {
      if (rest.length < SHORTEST_ABROAD) return { told: "phoneShort" };
      const number = plain.replace(/^(\+|0[^\d]*0)/, "").replace(/[ .\u00a0-]+/g, " ").trim();
      return plain.includes("(") || plain.includes(")") ? {} : { number: `+${number}` };
    }
    danish = rest.slice(2);
  }
  if (danish.length !== 8) return { told: "phoneDanish" };
  return { number: `+45 ${danish.replace(/..(?!$)/g, "$& ")}` };
}

for (const line of document.querySelectorAll("[data-phone-reads]")) {
  const field = document.getElementById(line.dataset.phoneOf);
  let isPressed = false, isWaiting = false, timer = 0;

  const show = ({ number, told }) => {
    const [before, after] = (number ? line.dataset.phoneReads : line.dataset[told] || "").split("{number}");
    if (line.textContent === before + (number ? number + after : "")) return;
    line.replaceChildren(before);
    if (!number) return;
    const isolated = document.createElement("bdi");
    isolated.dir = "ltr";
    isolated.textContent = number;
    line.append(isolated, after);
  };
  const say = () => {
    clearTimeout(timer);
    isWaiting = isPressed; // what moves under a finger is missed by it
    if (!isPressed) show(advice(field.value));
  };

  field.addEventListener("input", () => {
    const now = advice(field.value);
    if (!now.told || line.textContent !== line.dataset[now.told]) show(now.told ? {} : now);
    isWaiting = true;
    clearTimeout(timer);
    timer = setTimeout(say, PAUSE);
  });
  field.addEventListener("change", say);
  document.addEventListener("pointerdown", () => { isPressed = true; });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      isPressed = false;
      if (isWaiting) timer = setTimeout(say);
    });
  }
}
