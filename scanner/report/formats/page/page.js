"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const SIZE = 50, MOST_PRINTED = 500, MOST_OPTIONS = 1000, FOUND = 3, UNKNOWN = 2;
const $ = (id) => document.getElementById(id);
const el = (tag, text, name) => {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  if (name) made.className = name;
  return made;
};
/* A long word, such as an error code, may break between its parts. */
const broken = (text) => text.replace(/([a-z0-9])(?=[A-Z])/g, "$1\n").split("\n").flatMap((part, at) => (at ? [el("wbr"), part] : [part]));
const number = (value) => value.toLocaleString("en-US");
const state = { sort: "at", up: true, page: 0, rows: [] };
const names = ["word", "cause", "verdict", "error", "root", "gate", "sub", "vault", "policy", "tag", "prot", "days"];
const filters = Object.fromEntries(names.map((name) => [name, $(`f-${name}`)]));
const fields = { ...filters, q: $("q") };
const tiles = [...document.querySelectorAll("[data-word]")];
const unique = (values) => [...new Set(values)].filter(Boolean).sort();
const textAt = (index) => data.texts[index];
const TEXTS = ["group", "success", "place", "os", "power", "prot", "backup", "vault", "policy", "error", "notes", "ready"];

/* A VM is its values. What they mean is looked up when it is asked for: a fleet has 20,000. */
class Vm {
  constructor(values, at) { this.values = values; this.at = at; }
  get id() { return textAt(this.above) + this.name; }
  get tags() { return this.tag.map(textAt); }
  get owner() { return (this.tags.find((tag) => /^owner=/i.test(tag)) || "").slice(6); }
  get word() { return data.words[this.w]; }
  get digits() { return textAt(this.v); }
  get where() { return `${data.subscriptions[this.s]} / ${this.group}`; }
}
data.fields.forEach((name, index) => {
  const raw = function () { return this.values[index]; }, text = function () { return textAt(this.values[index]); };
  Object.defineProperty(Vm.prototype, name, { get: TEXTS.includes(name) ? text : raw });
});
data.vms = data.vms.map((values, at) => new Vm(values, at));
/* The tags that most VMs have. A fleet can have a tag of its own for each VM. */
const uses = new Map();
for (const vm of data.vms) for (const tag of vm.tag) uses.set(tag, (uses.get(tag) || 0) + 1);
const tags = [...uses.keys()].sort((a, b) => uses.get(b) - uses.get(a)).slice(0, MOST_OPTIONS).map(textAt).sort();
const verdictOf = (vm, cause) => Number(vm.digits[cause]);
const gates = [["1", "counts"], ["2", "new since the baseline"], ["4", "pre-check warns"]];
const options = {
  word: data.words.map((name) => [name, name]),
  cause: data.causes.map((name, at) => [String(at), name]),
  verdict: data.verdicts.map((name, at) => [String(at), name]),
  error: data.errors.map((name, at) => [String(at), name]),
  root: Object.entries(data.roots),
  gate: gates.filter(([bit]) => data.vms.some((vm) => vm.g & bit)),
  sub: data.subscriptions.map((name, at) => [String(at), name]),
  vault: unique(data.vms.map((vm) => vm.vault)).map((name) => [name, name]),
  policy: unique(data.vms.map((vm) => vm.policy)).map((name) => [name, name]),
  tag: tags.map((tag) => [tag, tag]),
  prot: unique(data.vms.map((vm) => vm.prot)).map((name) => [name, name]),
};
function offer(select, value, text) {
  const option = el("option", text);
  option.value = value;
  select.append(option);
}
for (const [key, select] of Object.entries(filters)) {
  for (const [value, text] of options[key] || []) offer(select, value, text);
}
if (uses.size > tags.length) {
  const rest = el("option", `${number(uses.size - tags.length)} more: search for them`);
  rest.disabled = true;
  filters.tag.append(rest);
}
/* What each filter asks of a VM. The cause and its verdict are asked together. */
const tests = {
  word: (vm, value) => vm.word === value,
  error: (vm, value) => vm.e === Number(value),
  root: (vm, value) => vm.r.includes(Number(value)),
  gate: (vm, value) => Boolean(vm.g & Number(value)),
  sub: (vm, value) => vm.s === Number(value),
  vault: (vm, value) => vm.vault === value,
  policy: (vm, value) => vm.policy === value,
  tag: (vm, value) => vm.tags.includes(value),
  prot: (vm, value) => vm.prot === value,
  days: (vm, value) => vm.days > Number(value),
};
function wanted() {
  const set = Object.entries(tests).map(([key, test]) => [test, filters[key].value]).filter(([, value]) => value);
  const words = $("q").value.toLowerCase().split(/\s+/).filter(Boolean);
  const cause = filters.cause.value, verdict = filters.verdict.value;
  return (vm) => {
    if (!set.every(([test, value]) => test(vm, value))) return false;
    if (cause && (verdict ? vm.digits[cause] !== verdict : !(verdictOf(vm, cause) >= UNKNOWN))) return false;
    if (!cause && verdict && !vm.digits.includes(verdict)) return false;
    if (!words.length) return true;
    vm.text ||= [vm.id, vm.error, ...vm.tags, vm.ready].join(" ").toLowerCase();
    return words.every((word) => vm.text.includes(word));
  };
}
function select() {
  const key = state.sort, sign = state.up ? 1 : -1;
  state.rows = data.vms.filter(wanted());
  if (key !== "at" || !state.up) {
    state.rows.sort((a, b) => (a[key] < b[key] ? -sign : a[key] > b[key] ? sign : a.at - b.at));
  }
  state.page = 0;
  for (const tile of tiles) tile.setAttribute("aria-pressed", String(tile.dataset.word === filters.word.value));
  if (!location.hash.startsWith("#vm-")) remember();
  show();
  groups();
}
const address = () => {
  const set = Object.entries(fields).filter(([, field]) => field.value).map(([key, field]) => [key, field.value]);
  return set.length ? `#?${new URLSearchParams(set)}` : "#vms";
};
function remember() {
  if (address() !== "#vms" || location.hash.startsWith("#?")) history.replaceState(null, "", address());
}
function recall() {
  if (!location.hash.startsWith("#?")) return;
  for (const [key, value] of new URLSearchParams(location.hash.slice(2))) if (key in fields) put(key, value);
}
/* A tag that few VMs have is offered once it is asked for. */
function put(key, value) {
  fields[key].value = value;
  if (key !== "tag" || fields[key].value === value) return;
  offer(fields[key], value, value);
  fields[key].value = value;
}
/* Filters set by a button: all others are cleared. */
function set(values) {
  for (const key of Object.keys(fields)) put(key, values[key] ?? "");
  select();
  $("h-vms").scrollIntoView();
}
function show() {
  const size = state.printing ? MOST_PRINTED : SIZE, first = state.printing ? 0 : state.page * SIZE;
  const pages = Math.max(1, Math.ceil(state.rows.length / SIZE));
  $("table").tBodies[0].replaceChildren(...state.rows.slice(first, first + size).map(row));
  $("count").textContent = `${number(state.rows.length)} of ${number(data.vms.length)} VMs`;
  const rest = Math.max(0, state.rows.length - MOST_PRINTED);
  $("printed").textContent = rest ? `The first ${MOST_PRINTED} are printed. ${number(rest)} more are in the HTML report.` : "";
  $("page").textContent = `${number(state.page + 1)} of ${number(pages)}`;
  $("prev").disabled = state.page === 0;
  $("next").disabled = state.page + 1 >= pages;
}
const causesOf = (vm, least) => data.causes.filter((_, at) => verdictOf(vm, at) >= least);
function why(vm) {
  const all = causesOf(vm, FOUND), others = all.filter((cause) => cause !== "last-backup-failed");
  const found = others.length || vm.error ? others : all;
  if (found.length) return found.join(", ");
  const unread = vm.word === "not judged" ? causesOf(vm, UNKNOWN) : [];
  return unread.length ? `unknown: ${unread.join(", ")}` : "";
}
function row(vm) {
  const tr = el("tr"), name = el("th"), word = el("td"), success = el("td", vm.success);
  name.scope = "row";
  const link = el("a", vm.name);
  link.href = `#vm-${vm.at}`;
  name.append(link);
  word.append(el("span", vm.word, vm.word.replaceAll(" ", "-")));
  if (vm.days >= 0) success.append(el("small", ` ${vm.days} d ago`));
  const error = el("td");
  error.append(...broken(vm.error));
  const vault = [vm.vault, vm.policy].filter(Boolean).join(" / ");
  tr.append(word, name, el("td", vm.where), el("td", vm.owner), el("td", vm.prot), el("td", vault), success, error, el("td", why(vm)));
  return tr;
}
/* The columns are those of the CSV format that has a row for each VM, as far as the page has them. */
const columns = {
  word: (vm) => vm.word, vm: (vm) => vm.name, subscription: (vm) => data.subscriptions[vm.s], resource_group: (vm) => vm.group,
  owner: (vm) => vm.owner, tags: (vm) => vm.tags.join("; "), location: (vm) => vm.place, os: (vm) => vm.os, power_state: (vm) => vm.power,
  protection: (vm) => vm.prot, vault: (vm) => vm.vault, policy: (vm) => vm.policy, last_success: (vm) => vm.success,
  days_since_success: (vm) => (vm.days < 0 ? "" : vm.days), last_error: (vm) => vm.error, counts: (vm) => (vm.g & 1 ? "yes" : "no"), notes: (vm) => vm.notes,
};
function csv(vms) {
  const cell = (value) => {
    const text = String(value);
    const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const line = (cells) => `${cells.map(cell).join(",")}\r\n`;
  const rows = vms.map((vm) => line([...Object.values(columns).map((value) => value(vm)), ...data.causes.map((_, at) => data.verdicts[vm.digits[at]] || ""), vm.id]));
  return line([...Object.keys(columns), ...data.causes, "id"]) + rows.join("");
}
function download() {
  const link = el("a");
  link.href = URL.createObjectURL(new Blob([csv(state.rows)], { type: "text/csv" }));
  link.download = "vms.csv";
  link.click();
  URL.revokeObjectURL(link.href);
}
