// The texts on the page whose contrast with what they stand on is under 4.5 : 1 (WCAG 2.1, level AA).
(() => {
  const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
  const over = (a, b) => a.length < 4 ? a : a.slice(0, 3).map((v, i) => v * a[3] + b[i] * (1 - a[3]));
  const page = parse(getComputedStyle(document.body).backgroundColor), bad = [];
  for (const t of document.querySelectorAll("#stage svg text")) {
    const n = t.closest(".node"), b = t.getBBox();
    // Behind a text of a card: the last filled shape of that card that holds the text's middle.
    const shapes = n ? [...n.querySelectorAll("path, polygon")] : t.closest(".cluster") ? [...t.closest(".cluster").querySelectorAll("path")] : [];
    const behind = shapes.filter(s => { const f = getComputedStyle(s).fill, r = s.getBBox(), x = b.x + b.width / 2, y = b.y + b.height / 2;
      return f !== "none" && r.height > 2 && r.x <= x && x <= r.x + r.width && r.y <= y && y <= r.y + r.height; }).pop();
    const k = ratio(parse(getComputedStyle(t).fill), behind ? parse(getComputedStyle(behind).fill) : page);
    if (k < 4.5) bad.push(`${t.textContent}: ${k.toFixed(2)}`);
  }
  for (const e of document.querySelectorAll("header *, aside *, #list td, #list th")) {
    if (![...e.childNodes].some(c => c.nodeType === 3 && c.textContent.trim())) continue;
    let ground = page; const chain = []; for (let p = e; p; p = p.parentElement) chain.unshift(parse(getComputedStyle(p).backgroundColor));
    for (const c of chain) if (c.length === 3 || c[3] > 0) ground = over(c, ground);
    const k = ratio(parse(getComputedStyle(e).color), ground);
    if (k < 4.5) bad.push(`${e.textContent.slice(0, 40)}: ${k.toFixed(2)}`);
  }
  return bad;
})()
