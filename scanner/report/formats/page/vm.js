/* One VM: its backup, findings and commands. Then what the page listens to. */
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
    filled(templates, shell, vm, seen).map((text) => command(text, shell)));
  for (const step of fix.steps) {
    const conditions = [step.only_where, verdict === FOUND && "you have confirmed the finding, which is only possible"].filter(Boolean);
    elements.push(el("p", step.says));
    if (step.az.length && conditions.length) elements.push(el("p", `Only if ${conditions.join(", and ")}:`, "possible"));
    elements.push(...commands(step.az, step.powershell));
  }
  elements.push(el("p", `Changes: ${fix.changes}`), el("p", `Risk: ${fix.risk}`));
  const undo = commands(fix.undo_az, fix.undo_powershell);
  elements.push(el("p", undo.length ? "Undo:" : "No command undoes it."), ...undo);
  elements.push(el("p", "Check again:"), ...filled([`backupscan scan --vm {id} --check ${fix.cause}`], "az", vm).map((text) => command(text)));
  return elements;
}
function command(text, shell) {
  const line = el("div", null, shell ? `cmd ${shell}` : "cmd"), button = el("button", "Copy");
  button.type = "button";
  button.dataset.copy = "";
  line.append(el("code", text), button);
  return line;
}
async function copy(button) {
  const code = button.previousElementSibling;
  try { await navigator.clipboard.writeText(code.textContent); button.textContent = "Copied"; }
  catch { getSelection().selectAllChildren(code); }
}
function outside(text, address) {
  const link = el("a", text);
  link.href = address;
  link.rel = "noopener noreferrer";
  return link;
}
function causeParts(vm, cause, findings, note) {
  const verdict = verdictOf(vm, cause), title = el("h4"), parts = [title];
  title.append(el("span", data.verdicts[verdict], data.verdicts[verdict]), ` ${data.causes[cause]}`);
  if (note !== undefined) parts.push(el("p", textAt(note), "zero"));
  const fixes = new Map(), todos = new Set();
  for (const [message, evidence, todo, fix, seen] of findings) {
    parts.push(el("p", textAt(message)));
    const list = el("ul");
    for (const index of evidence) list.append(el("li", textAt(index)));
    if (evidence.length) parts.push(list);
    if (todo !== undefined) todos.add(textAt(todo));
    if (fix !== undefined) fixes.set(JSON.stringify([fix, seen]), [fix, seen]);
  }
  if (verdict >= FOUND) parts.push(...[...todos].map((todo) => el("p", todo)), outside("The document", data.pages[cause]));
  for (const [fix, seen] of fixes.values()) parts.push(...howToFix(vm, data.fixes[fix], seen, verdict));
  return parts;
}
function open(vm) {
  const heading = el("h3", vm.name);
  heading.id = "vm-name";
  const where = [data.subscriptions[vm.s], vm.group, vm.place, vm.os, vm.power, ...vm.tags].filter(Boolean).join(", ");
  const body = [heading, el("code", vm.id), el("p", where), el("p", `backup: ${vm.backup}`)];
  if (data.portal) body.push(outside("Open in the portal", data.portal + encodeURI(vm.id)));
  if (vm.ready) body.push(el("p", vm.ready));
  if (vm.notes) body.push(el("p", vm.notes, "possible"));
  for (const number of vm.r) body.push(el("p", `What to fix first, ${data.roots[number]}`));
  for (const [cause, findings, note] of vm.f) body.push(...causeParts(vm, cause, findings, note));
  const shown = new Set(vm.f.map(([cause]) => cause));
  for (const verdict of [1, 0]) {
    const rest = data.causes.filter((_, at) => verdictOf(vm, at) === verdict && !shown.has(at));
    if (rest.length) body.push(el("h4", `${data.verdicts[verdict]}: ${rest.length}`), el("p", rest.join(", "), "zero"));
  }
  body.push(el("h4", "Look at it"), ...filled(data.look, "az", vm).map((text) => command(text)));
  $("vm-body").replaceChildren(...body);
  if (!$("vm").open) $("vm").showModal();
}
function follow() {
  const found = /^#vm-(\d+)$/.exec(location.hash);
  const vm = found && data.vms[Number(found[1])];
  if (vm) open(vm); else if ($("vm").open) $("vm").close();
}
function choose(shell) {
  document.body.dataset.shell = shell;
  for (const button of document.querySelectorAll("button[data-shell]")) {
    button.setAttribute("aria-pressed", String(button.dataset.shell === shell));
  }
}
$("filters").addEventListener("submit", (event) => event.preventDefault());
$("filters").addEventListener("input", select);
$("clear").addEventListener("click", () => set({}));
$("csv").addEventListener("click", download);
$("prev").addEventListener("click", () => { state.page -= 1; show(); });
$("next").addEventListener("click", () => { state.page += 1; show(); });
$("vm").addEventListener("close", () => { if (location.hash.startsWith("#vm-")) history.pushState(null, "", address()); });
for (const button of document.querySelectorAll("[data-sort]")) {
  button.addEventListener("click", () => {
    state.up = state.sort === button.dataset.sort ? !state.up : true;
    state.sort = button.dataset.sort;
    for (const th of $("table").tHead.rows[0].cells) th.removeAttribute("aria-sort");
    button.parentElement.setAttribute("aria-sort", state.up ? "ascending" : "descending");
    select();
  });
}
document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  if ("copy" in button.dataset) copy(button);
  if (button.dataset.shell) choose(button.dataset.shell);
  if (button.dataset.set) set(Object.fromEntries([button.dataset.set.split("=")]));
  if (button.dataset.cause) {
    set({ cause: String(data.causes.indexOf(button.dataset.cause)), verdict: String(data.verdicts.indexOf(button.dataset.verdict)) });
  }
  if (button.dataset.word) {
    filters.word.value = filters.word.value === button.dataset.word ? "" : button.dataset.word;
    select();
    $("h-vms").scrollIntoView();
  }
});
const print = (printing) => { state.printing = printing; show(); };
matchMedia("print").addEventListener("change", (event) => print(event.matches));
addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));
addEventListener("hashchange", follow);
recall();
select();
follow();
