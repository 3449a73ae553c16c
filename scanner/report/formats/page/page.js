"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const SIZE = 50;
const $ = (id) => document.getElementById(id);
const el = (tag, text, name) => {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  if (name) made.className = name;
  return made;
};
const state = { sort: "order", up: true, page: 0, rows: [] };
const filters = { word: $("f-word"), cause: $("f-cause"), verdict: $("f-verdict"), sub: $("f-sub"), tag: $("f-tag"), prot: $("f-prot") };
const worst = (vm) => vm.c.reduce((a, b) => Math.max(a, b[1]), 0);
const tiles = [...document.querySelectorAll("[data-word]")];
const unique = (values) => [...new Set(values)].sort();

const textAt = (index) => data.texts[index];
for (const [at, vm] of data.vms.entries()) {
  vm.at = at;
  vm.id = textAt(vm.above) + vm.name;
  for (const key of ["group", "place", "power", "backup", "ready", "error"]) if (key in vm) vm[key] = textAt(vm[key]);
  vm.tags = vm.tags.map(textAt);
  vm.word = data.words[vm.w];
  vm.sub = data.subscriptions[vm.s];
  vm.text = [vm.name, vm.group, vm.id, ...vm.tags, vm.ready || ""].join(" ").toLowerCase();
}
const options = {
  word: data.words.map((name) => [name, name]),
  cause: data.causes.map((name, at) => [String(at), name]),
  verdict: data.verdicts.map((name, at) => [String(at), name]),
  sub: data.subscriptions.map((name, at) => [String(at), name]),
  tag: unique(data.vms.flatMap((vm) => vm.tags)).map((tag) => [tag, tag]),
  prot: unique(data.vms.map((vm) => vm.prot)).map((name) => [name, name]),
};
for (const [key, select] of Object.entries(filters)) {
  for (const [value, text] of options[key]) {
    const option = el("option", text);
    option.value = value;
    select.append(option);
  }
}
function matches(vm) {
  const words = $("q").value.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.every((word) => vm.text.includes(word))) return false;
  if (filters.word.value && vm.word !== filters.word.value) return false;
  const cause = filters.cause.value, verdict = filters.verdict.value;
  if (cause || verdict) {
    const some = vm.c.some(([c, v]) => (!cause || c === Number(cause)) && (!verdict || v === Number(verdict)));
    if (!some) return false;
  }
  if (filters.sub.value && vm.s !== Number(filters.sub.value)) return false;
  if (filters.tag.value && !vm.tags.includes(filters.tag.value)) return false;
  return !filters.prot.value || vm.prot === filters.prot.value;
}
function select() {
  const key = state.sort, sign = state.up ? 1 : -1;
  state.rows = data.vms.filter(matches).sort((a, b) =>
    (a[key] < b[key] ? -sign : a[key] > b[key] ? sign : a.id < b.id ? -1 : 1));
  state.page = 0;
  for (const tile of tiles) tile.setAttribute("aria-pressed", String(tile.dataset.word === filters.word.value));
  remember();
  show();
}
const fields = { ...filters, q: $("q") };
function remember() {
  const set = Object.entries(fields).filter(([, field]) => field.value).map(([key, field]) => [key, field.value]);
  const hash = set.length ? `#?${new URLSearchParams(set)}` : "#vms";
  if (!location.hash.startsWith("#vm-") && (set.length || location.hash.startsWith("#?"))) history.replaceState(null, "", hash);
}
function recall() {
  if (!location.hash.startsWith("#?")) return;
  for (const [key, value] of new URLSearchParams(location.hash.slice(2))) if (key in fields) fields[key].value = value;
}
function show() {
  const pages = Math.max(1, Math.ceil(state.rows.length / SIZE));
  const body = $("table").tBodies[0];
  body.replaceChildren(...state.rows.slice(state.page * SIZE, (state.page + 1) * SIZE).map(row));
  $("count").textContent = `${state.rows.length} of ${data.vms.length} VMs`;
  $("page").textContent = `${state.page + 1} of ${pages}`;
  $("prev").disabled = state.page === 0;
  $("next").disabled = state.page + 1 >= pages;
}
function row(vm) {
  const tr = el("tr"), name = el("th");
  name.scope = "row";
  const link = el("a", vm.name);
  link.href = `#vm-${vm.at}`;
  name.append(link);
  const found = el("td"), top = worst(vm);
  found.append(el("span", data.verdicts[top], data.verdicts[top]));
  if (vm.error) found.append(el("div", vm.error.split(";")[0], "zero"));
  const causes = vm.c.filter(([, verdict]) => verdict > 2).map(([cause]) => data.causes[cause]);
  if (causes.length) found.append(el("div", causes.join(", "), "zero"));
  const word = el("td");
  word.append(el("span", vm.word, vm.word.replaceAll(" ", "-")));
  tr.append(word, name, el("td", vm.sub), el("td", vm.group), el("td", vm.prot), el("td", vm.days < 0 ? "" : vm.days, "n"), found);
  return tr;
}
const quotes = {
  az: (text) => (/^[\w@%+=:,.\/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`),
  powershell: (text) => `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`,
};
function filled(templates, shell, vm, seen = {}) {
  const values = { id: vm.id, name: vm.name, group: vm.group, subscription: vm.id.split("/")[2] || "" };
  Object.assign(values, seen);
  const field = /\{(id|name|group|subscription|(?:seen|item)\.\w+)\}/g;
  const known = templates.every((text) => [...text.matchAll(field)].every((match) => match[1] in values));
  return known ? templates.map((text) => text.replace(field, (_, key) => quotes[shell](values[key]))) : [];
}
function howToFix(vm, fix, seen, verdict) {
  const elements = [el("h5", "How to fix it: read before you run")];
  const commands = (az, powershell) => [["az", az], ["powershell", powershell]].flatMap(([shell, templates]) =>
    filled(templates, shell, vm, seen).map(command));
  for (const step of fix.steps) {
    const conditions = [step.only_where, verdict === 3 && "you have confirmed the finding, which is only possible"].filter(Boolean);
    elements.push(el("p", step.says));
    if (step.az.length && conditions.length) elements.push(el("p", `Only if ${conditions.join(", and ")}:`, "possible"));
    elements.push(...commands(step.az, step.powershell));
  }
  elements.push(el("p", `Changes: ${fix.changes}`), el("p", `Risk: ${fix.risk}`));
  const undo = commands(fix.undo_az, fix.undo_powershell);
  elements.push(el("p", undo.length ? "Undo:" : "No command undoes it."), ...undo);
  elements.push(el("p", "Check again:"), ...filled([`backupscan scan --vm {id} --check ${fix.cause}`], "az", vm).map(command));
  return elements;
}
function command(text) {
  const line = el("div", null, "cmd"), copy = el("button", "Copy");
  copy.type = "button";
  copy.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(text); copy.textContent = "Copied"; }
    catch { getSelection().selectAllChildren(line.firstChild); }
  });
  line.append(el("code", text), copy);
  return line;
}
function open(vm) {
  const heading = el("h3", vm.name);
  heading.id = "vm-name";
  const body = [heading, el("code", vm.id), el("p", [vm.sub, vm.group, vm.place, vm.os, vm.power].filter(Boolean).join(", ")), el("p", `backup: ${vm.backup}`)];
  if (vm.ready) body.push(el("p", vm.ready));
  if (vm.error) body.push(el("p", vm.error, "possible"));
  for (const [cause, verdict, findings, waived] of vm.c) {
    const title = el("h4");
    title.append(el("span", data.verdicts[verdict], data.verdicts[verdict]), ` ${data.causes[cause]}`);
    body.push(title);
    if (waived !== undefined) body.push(el("p", textAt(waived), "zero"));
    const fixes = new Map(), todos = new Set();
    for (const [message, evidence, todo, fix, seen] of findings || []) {
      body.push(el("p", textAt(message)));
      const list = el("ul");
      for (const index of evidence) list.append(el("li", textAt(index)));
      if (evidence.length) body.push(list);
      if (todo !== undefined) todos.add(textAt(todo));
      if (fix !== undefined) fixes.set(JSON.stringify([fix, seen]), [fix, seen]);
    }
    if (verdict > 2) {
      body.push(...[...todos].map((todo) => el("p", todo)));
      if (data.pages[cause]) {
        const link = el("a", "The document");
        link.href = data.pages[cause];
        link.rel = "noopener noreferrer";
        body.push(link);
      }
    }
    for (const [fix, seen] of fixes.values()) body.push(...howToFix(vm, data.fixes[fix], seen, verdict));
  }
  body.push(el("h4", "Look at it"));
  body.push(...filled(data.look, "az", vm).map(command));
  $("vm-body").replaceChildren(...body);
  if (!$("vm").open) $("vm").showModal();
}
function follow() {
  const found = /^#vm-(\d+)$/.exec(location.hash);
  const vm = found && data.vms[Number(found[1])];
  if (vm) open(vm); else if ($("vm").open) $("vm").close();
}
$("filters").addEventListener("submit", (event) => event.preventDefault());
$("filters").addEventListener("input", select);
$("prev").addEventListener("click", () => { state.page -= 1; show(); });
$("next").addEventListener("click", () => { state.page += 1; show(); });
$("vm").addEventListener("close", () => { if (location.hash.startsWith("#vm-")) history.pushState(null, "", "#vms"); });
for (const button of document.querySelectorAll("[data-sort]")) {
  button.addEventListener("click", () => {
    state.up = state.sort === button.dataset.sort ? !state.up : true;
    state.sort = button.dataset.sort;
    for (const th of $("table").tHead.rows[0].cells) th.removeAttribute("aria-sort");
    button.parentElement.setAttribute("aria-sort", state.up ? "ascending" : "descending");
    select();
  });
}
for (const tile of tiles) {
  tile.addEventListener("click", () => {
    filters.word.value = filters.word.value === tile.dataset.word ? "" : tile.dataset.word;
    select();
    $("h-vms").scrollIntoView();
  });
}
addEventListener("hashchange", follow);
recall();
select();
follow();
