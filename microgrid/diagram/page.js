"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
for (const k of ["cards", "scopes", "views"]) D[k] = Object.assign(Object.create(null), D[k]);      // an id may be "constructor"
const $ = id => document.getElementById(id), stage = $("stage"), list = $("list"), panel = $("panel");
const all = Object.keys(D.scopes), root = document.documentElement;
let open = new Set(D.start), at = {x: 0, y: 0, k: 1}, chosen = null;

const el = (tag, props = {}, ...kids) => { const e = Object.assign(document.createElement(tag), props); e.append(...kids.filter(k => k != null)); return e; };
const svg = () => stage.querySelector("svg"), node = id => $("card_" + id), box = id => $("scope_" + id);
const pictured = () => !stage.hidden && svg();
const row = id => list.querySelector(`tr[data-id="${CSS.escape(id)}"]`);

// ---------------------------------------------------------------- which cards there are in the view that is shown

const keyOf = set => all.filter(s => set.has(s)).join(",");
const ancestors = id => { const up = []; for (let s = D.cards[id].scope; s; s = D.scopes[s].parent) up.push(s); return up; };
// An input may be hidden inside a closed layer, a layer's own card hidden because it is open.
const last = s => Object.keys(D.cards).filter(k => !D.scopes[k] && ancestors(k).includes(s)).pop();
const visible = id => pictured() ? node(id) : row(id);
const shown = id => visible(id) ? id : D.cards[id] && (ancestors(id).find(visible) || (D.scopes[id] && visible(last(id)) ? last(id) : null));
const inputs = id => D.cards[id] ? [...new Set(D.cards[id].inputs.map(shown).filter(Boolean))] : [];
const users = id => Object.keys(D.cards).filter(u => visible(u) && inputs(u).includes(id));

// ------------------------------------------------------------------------------------------------- pan and zoom

function place(glide) { const s = svg(); if (!s) return; s.classList.toggle("glide", !!glide); s.style.transform = `translate(${at.x}px,${at.y}px) scale(${at.k})`; }
function size() { const b = svg().viewBox.baseVal; return [b.width * 4 / 3, b.height * 4 / 3]; }
function fit(glide) {
  if (!pictured()) return;
  const [w, h] = size(), r = stage.getBoundingClientRect();
  at.k = Math.min(r.width / w, r.height / h, 1.4); at.x = (r.width - w * at.k) / 2; at.y = (r.height - h * at.k) / 2; place(glide);
}
function readable() {
  if (!pictured()) return;
  const [w] = size(), r = stage.getBoundingClientRect();
  at.k = Math.min(1.15, Math.max(.6, r.width / w)); at.x = Math.max(0, (r.width - w * at.k) / 2); at.y = 0; place();
}
function zoom(f, x, y) {
  if (!pictured()) return;
  const r = stage.getBoundingClientRect(), k = Math.min(6, Math.max(.02, at.k * f)); x = x ?? r.width / 2; y = y ?? r.height / 2;
  at.x = x - (x - at.x) * k / at.k; at.y = y - (y - at.y) * k / at.k; at.k = k; place();
}
const middle = e => { const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; };
function reveal(id) {
  if (!pictured()) { row(id)?.scrollIntoView({block: "nearest"}); return; }
  const b = node(id).getBoundingClientRect(), r = stage.getBoundingClientRect(), m = 40; let dx = 0, dy = 0;
  if (b.left < r.left + m) dx = r.left + m - b.left; else if (b.right > r.right - m) dx = r.right - m - b.right;
  if (b.top < r.top + m) dy = r.top + m - b.top; else if (b.bottom > r.bottom - m) dy = r.bottom - m - b.bottom;
  if (dx || dy) { at.x += dx; at.y += dy; place(true); }
}

// ------------------------------------------------------------------------------------------------------- layers

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}
async function load(key) { if (key !== stage.dataset.key) { stage.innerHTML = key === keyOf(new Set(D.start)) ? D.first : await unpack(D.views[key]); stage.dataset.key = key; } }
// Not every combination is laid out beforehand: of those where layer s is as wanted, the one nearest to what is open.
function nearest(want, s) {
  const far = key => { const k = new Set(key.split(",").filter(Boolean)); return all.filter(a => k.has(a) !== want.has(a)).length; };
  const fits = Object.keys(D.views).filter(key => s == null || key.split(",").includes(s) === want.has(s));
  const best = fits.sort((a, b) => far(a) - far(b))[0];
  return best == null ? open : new Set(best.split(",").filter(Boolean));
}
async function toggle(s) {
  const e = node(s) || box(s); if (!e) return;
  const from = [s, middle(e)], want = new Set(open); want.has(s) ? want.delete(s) : want.add(s);
  open = nearest(want, s);
  if (chosen === s || (D.cards[chosen] && ancestors(chosen).includes(s))) chosen = open.has(s) ? last(s) : s;
  await draw(from); if (chosen) node(shown(chosen))?.focus({preventScroll: true});
}
async function toggleAll() { if (!pictured() || !all.length) return; open = nearest(new Set(open.size ? [] : all)); await draw(); fit(); }

async function draw(anchor) {                        // anchor: [card or layer that stays where it is on the screen, its place]
  await load(keyOf(open)); dress(); place();
  const e = anchor && (node(anchor[0]) || box(anchor[0]));
  if (e) { const [x, y] = middle(e); at.x += anchor[1][0] - x; at.y += anchor[1][1] - y; place(); }
  $("layers").textContent = open.size ? "Close layers" : "Open layers"; $("layers").hidden = !all.length;
  find(false); if (chosen) show(shown(chosen) || chosen, false); else history.replaceState(null, "", "#" + [...open].join(","));
}
function dress() {
  const s = svg(), [w, h] = size();
  s.setAttribute("role", "group"); s.removeAttribute("width"); s.removeAttribute("height"); s.style.width = w + "px"; s.style.height = h + "px";
  for (const n of stage.querySelectorAll("[id^=card_]")) {
    if (n.hasAttribute("tabindex")) continue;
    n.setAttribute("tabindex", "0"); n.setAttribute("role", "button");
    if (D.scopes[n.id.slice(5)]) { n.setAttribute("aria-expanded", "false"); n.querySelector("text").prepend("▸ "); }
  }
  for (const c of stage.querySelectorAll(".cluster")) {
    const t = c.querySelector("text"); if (!t || t.hasAttribute("tabindex")) continue;
    c.querySelectorAll("text").forEach(x => x.setAttribute("x", +x.getAttribute("x") + 15));
    const mark = t.cloneNode(); mark.textContent = "▾"; mark.setAttribute("x", +t.getAttribute("x") - 15); mark.setAttribute("aria-hidden", "true"); t.before(mark);
    t.setAttribute("role", "button"); t.setAttribute("tabindex", "0"); t.setAttribute("aria-expanded", "true");
  }
}

// ---------------------------------------------------------------------------------------------------- the panel

const words = v => typeof v === "number" ? String(+v.toPrecision(4)).replace("-", "−") : String(v);
function heat(rows, rgb) {
  const top = Math.max(0, ...rows.flat().filter(Number.isFinite).map(Math.abs)), t = el("table");
  for (const r of rows) { const tr = t.insertRow(); for (const v of r) {
    const c = tr.insertCell(); c.textContent = words(v);
    if (typeof v !== "number") c.style.color = "var(--bad)"; else if (v) c.style.background = `rgba(var(--${rgb}),${.08 + .4 * Math.abs(v) / top})`; } }
  return el("div", {className: "grid", tabIndex: 0, role: "group", ariaLabel: "Numbers"}, t);
}
function bars(v, rgb) {
  const top = Math.max(...v.bins), n = v.bins.length, w = 240 / Math.max(n, 8), x0 = n < 2 ? 105 : 0;
  const rect = (b, i) => `<rect x="${x0 + i * w + 1}" y="${50 - 46 * b / top}" width="${w - 2}" height="${46 * b / top || .6}" rx="1.5" fill="rgba(var(--${rgb}),.65)"/>`;
  const label = `Histogram from ${words(v.low)} to ${words(v.high)}: ${v.bins.join(", ")}`;
  return el("div", {innerHTML: `<svg class="bars" viewBox="0 0 240 54" preserveAspectRatio="none" role="img" aria-label="${label}">${v.bins.map(rect).join("")}</svg>`});
}
function figures(head, v, rgb) {
  if (!v || !v.known) return v && !v.known ? [el("h3", {textContent: head}), el("p", {className: "muted", textContent: "freed, or never known"})] : [];
  const bad = [v.nans && v.nans + " NaN", v.infs && v.infs + " infinite"].filter(Boolean).join(", ");
  const line = [["min", v.low], ["mean", v.mean], ["max", v.high], ["std", v.std]].filter(p => p[1] != null).map(p => p[0] + " " + words(p[1]));
  if (v.size) line.push(`${v.zeros.toLocaleString("en")} of ${v.size.toLocaleString("en")} zero`); else line.push("no elements");
  return [el("h3", {textContent: head}), v.values ? heat(v.values, rgb) : null,
    v.bins.length && v.size > 3 ? bars(v, rgb) : null,
    v.bins.length && v.size > 3 ? el("div", {className: "ends muted"}, el("span", {textContent: words(v.low)}), el("span", {textContent: words(v.high)})) : null,
    el("p", {className: "muted", textContent: line.join(" · ")}), bad ? el("p", {className: "bad", textContent: bad}) : null];
}
const code = (head, text) => text ? [el("h3", {textContent: head}), el("div", {className: "code", textContent: text, tabIndex: 0, role: "group", ariaLabel: head})] : [];
function links(head, ids) {
  const button = i => el("button", {textContent: D.cards[i].title, onclick: () => { show(i); focus(i); }});
  return ids.length ? [el("h3", {textContent: head}), el("div", {className: "links"}, ...ids.map(button))] : [];
}
function focus(id) { (pictured() ? node(id) : row(id)?.querySelector("button"))?.focus({preventScroll: true}); }
function clear() { chosen = null; document.querySelectorAll(".on,.near").forEach(n => n.classList.remove("on", "near")); }

function show(id, scroll = true) {
  const d = D.cards[id]; if (!d) return;
  clear(); chosen = id; const ins = inputs(id), outs = users(id);
  node(id)?.classList.add("on"); row(id)?.classList.add("on");
  for (const i of ins) { node(i)?.classList.add("near"); $(`edge_${i}__${id}`)?.classList.add("near"); }
  for (const u of outs) { node(u)?.classList.add("near"); $(`edge_${id}__${u}`)?.classList.add("near"); }
  if (scroll && visible(id)) reveal(id);
  const facts = el("dl"), rows = {shape: d.shape, dtype: d.dtype, parameters: d.parameters, "gradient norm": d.grad, ...d.facts, ...d.detail};
  for (const [k, v] of Object.entries(rows)) if (v) facts.append(el("dt", {textContent: k}), el("dd", {textContent: v}));
  const judged = {ok: ["good", d.verdict], wrong: ["bad", d.headline.toLowerCase() + (d.verdict ? ": " + d.verdict : "")], tainted: ["bad", "wrong only because of another card: " + d.verdict]}[d.state];
  const layer = D.scopes[id] && pictured() ? el("p", {}, el("button", {textContent: "Open this layer (e)", onclick: () => toggle(id)})) : null;
  panel.replaceChildren(...[el("h2", {textContent: d.title}), el("p", {className: "muted", textContent: [...new Set([d.kind, d.symbol, d.aside, d.right])].filter(Boolean).join(" · ")}),
    judged ? el("p", {className: judged[0], textContent: judged[1]}) : null, ...d.notes.map(n => el("p", {textContent: n})), layer, facts.children.length ? facts : null,
    ...code(d.source || "Source", d.code), ...code("Formula", d.formula), ...code("Its gradient", d.gradient_formula),
    ...figures("Value", d.value, "blue"), ...figures("Gradient of the loss", d.gradient, "orange"),
    ...links("Inputs", ins), ...links("Used by", outs)].filter(Boolean));
  panel.scrollTop = 0; history.replaceState(null, "", "#" + [...open].join(",") + ";" + id);
}
function help() {
  panel.replaceChildren(el("h2", {textContent: "Details"}), el("p", {className: "muted", textContent: "Choose a card. Drag to pan, wheel or pinch to zoom; a layer's name opens or closes it."}),
    el("div", {innerHTML: "<h3>Keys</h3><p><kbd>↑</kbd> <kbd>↓</kbd> along the graph, <kbd>←</kbd> to what stands beside</p><p><kbd>e</kbd> open or close a layer, <kbd>a</kbd> all of them</p>" +
      "<p><kbd>/</kbd> search, <kbd>Enter</kbd> next, <kbd>Esc</kbd> clear</p><p><kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd> zoom, <kbd>t</kbd> table, <kbd>d</kbd> dark</p>"}));
}

// ------------------------------------------------------------------------------------------------------- search

const searched = c => [c.title, c.kind, c.aside, c.symbol, c.left, c.right, c.formula, c.code, c.verdict, ...c.notes].join(" ").toLowerCase();
function find(go) {
  const q = $("find").value.trim().toLowerCase(), hits = [];
  for (const id of Object.keys(D.cards)) {
    if (!visible(id)) continue;
    const within = D.scopes[id] && pictured() ? Object.keys(D.cards).filter(k => k === id || ancestors(k).includes(id)) : [id];
    const ok = !q || within.some(k => searched(D.cards[k]).includes(q));
    node(id)?.classList.toggle("dim", !ok); row(id)?.classList.toggle("dim", !ok); if (ok && q) hits.push(id);
  }
  $("count").textContent = q ? (hits.length || "none") + " found" : "";
  if (go && hits.length) show(hits[(hits.indexOf(chosen) + 1) % hits.length]);
}

// ------------------------------------------------------------------------------------------- table, theme, input

function table(on) { list.hidden = !on; stage.hidden = on; $("table").setAttribute("aria-pressed", on); find(false); if (chosen) show(shown(chosen) || chosen); else if (!on) place(); }
function dark(on) { root.dataset.theme = on ? "dark" : "light"; $("theme").textContent = on ? "Light" : "Dark"; }

stage.addEventListener("wheel", e => {
  if (!svg()) return;
  e.preventDefault(); const r = stage.getBoundingClientRect();
  if (e.shiftKey) { at.x -= e.deltaX || e.deltaY; place(); } else zoom(Math.exp(-e.deltaY * .0016), e.clientX - r.x, e.clientY - r.y);
}, {passive: false});
const fingers = new Map(); let moved = 0;
stage.addEventListener("pointerdown", e => { fingers.set(e.pointerId, [e.clientX, e.clientY]); moved = 0; });
addEventListener("pointermove", e => {
  const p = fingers.get(e.pointerId); if (!p) return;
  const r = stage.getBoundingClientRect(), q = [...fingers].find(([i]) => i !== e.pointerId)?.[1];
  if (q) zoom(Math.hypot(e.clientX - q[0], e.clientY - q[1]) / (Math.hypot(p[0] - q[0], p[1] - q[1]) || 1), (e.clientX + q[0]) / 2 - r.x, (e.clientY + q[1]) / 2 - r.y);
  else { at.x += e.clientX - p[0]; at.y += e.clientY - p[1]; place(); }
  moved += Math.abs(e.clientX - p[0]) + Math.abs(e.clientY - p[1]); fingers.set(e.pointerId, [e.clientX, e.clientY]); stage.classList.add("drag");
});
for (const t of ["pointerup", "pointercancel"]) addEventListener(t, e => { fingers.delete(e.pointerId); stage.classList.remove("drag"); });
stage.addEventListener("click", e => {
  if (moved > 5) return;
  const n = e.target.closest("[id^=card_]"), c = e.target.closest(".cluster"), again = e.target.closest("[id^=again_]");
  if (again) show(again.id.slice(6).split("__")[0]); else if (n) { e.preventDefault(); show(n.id.slice(5)); n.focus({preventScroll: true}); } else if (c && e.target.closest("text")) toggle(c.id.slice(6));
});
stage.addEventListener("dblclick", e => { const n = e.target.closest("[id^=card_]"); if (n && D.scopes[n.id.slice(5)]) toggle(n.id.slice(5)); });
stage.addEventListener("focusin", e => { const n = e.target.closest("[id^=card_]"); if (n && n.matches(":focus-visible")) show(n.id.slice(5)); });
list.addEventListener("click", e => { const r = e.target.closest("tr[data-id]"); if (r) show(r.dataset.id); });

const spineward = ids => ids.find(i => D.cards[i].inputs.length || D.cards[i].kind === "input") ?? ids[0];
const go = id => { if (id) { show(id); focus(id); } };
const KEYS = {
  ArrowDown: () => go(chosen ? users(chosen)[0] : Object.keys(D.cards).find(visible)), ArrowUp: () => chosen && go(spineward(inputs(chosen))),
  ArrowLeft: () => chosen && go(inputs(chosen).find(i => i !== spineward(inputs(chosen)))), ArrowRight: () => chosen && go(users(chosen)[0]),
  "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(.8), "0": () => fit(true), "/": () => $("find").focus(), "?": () => { clear(); help(); },
  d: () => $("theme").click(), a: () => toggleAll(), t: () => $("table").click(),
  e: () => { const s = D.scopes[chosen] && visible(chosen) ? chosen : chosen && ancestors(chosen)[0]; if (s && pictured()) toggle(s); },
  Escape: () => { clear(); help(); },
};
addEventListener("keydown", e => {
  if (e.target.matches("input")) {
    if (e.key === "Enter") find(true);
    if (e.key === "Escape") { e.target.value = ""; find(false); e.target.blur(); }
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === "Enter" || e.key === " ") {
    const c = e.target.closest?.(".cluster"), n = e.target.closest?.("[id^=card_]");
    if (c) { e.preventDefault(); toggle(c.id.slice(6)); } else if (n) { e.preventDefault(); D.scopes[n.id.slice(5)] ? toggle(n.id.slice(5)) : show(n.id.slice(5)); }
    return;
  }
  if (e.key.startsWith("Arrow") && e.target.matches("aside, .grid, .code, #list")) return;      // these scroll
  if (KEYS[e.key]) { e.preventDefault(); KEYS[e.key](); }
});
$("find").addEventListener("input", () => find(false));
$("plus").onclick = () => zoom(1.25); $("minus").onclick = () => zoom(.8); $("fit").onclick = () => fit(true);
$("layers").onclick = toggleAll; $("print").onclick = () => print(); $("table").onclick = () => table(list.hidden); $("theme").onclick = () => dark(root.dataset.theme !== "dark");
addEventListener("resize", () => place());

(async () => {
  if (!root.dataset.theme) dark(matchMedia("(prefers-color-scheme: dark)").matches); else dark(root.dataset.theme === "dark");
  help();
  if (!svg()) { for (const b of ["layers", "table", "minus", "plus", "fit"]) $(b).hidden = true; stage.hidden = true; }
  else {
    D.first = stage.innerHTML; stage.dataset.key = keyOf(open);
    const [layers, card] = decodeURIComponent(location.hash.slice(1)).split(";");
    if (location.hash.length > 1) { const key = keyOf(new Set(layers.split(","))); if (key in D.views) open = new Set(key.split(",").filter(Boolean)); }
    await draw(); readable(); if (card && D.cards[card]) show(shown(card) || card);
  }
  root.dataset.ready = "1";
})();
