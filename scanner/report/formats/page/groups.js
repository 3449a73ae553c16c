/* Groups of the rows that the filters leave, with a bar for each. */
const keys = unique([...uses.keys()].map((tag) => textAt(tag).split("=")[0]));
keys.sort((a, b) => Number(b.toLowerCase() === "owner") - Number(a.toLowerCase() === "owner"));
const NONE = "(none)";
const groupings = {
  sub: ["subscription", (vm) => [String(vm.s), data.subscriptions[vm.s]]],
  vault: ["vault", (vm) => [vm.vault, vm.vault || NONE]],
  policy: ["policy", (vm) => [vm.policy, vm.policy || NONE]],
};
for (const key of keys) {
  groupings[`tag:${key}`] = [`tag ${key}`, (vm) => {
    const tag = vm.tags.find((one) => one.startsWith(`${key}=`)) || "";
    return [tag, tag.slice(key.length + 1) || NONE];
  }];
}
for (const [value, [text]] of Object.entries(groupings)) {
  const option = el("option", text);
  option.value = value;
  $("group-by").append(option);
}
function groups() {
  if (!$("groups").open) return;
  const by = $("group-by").value, found = new Map();
  for (const vm of state.rows) {
    const [value, text] = groupings[by][1](vm);
    const group = found.get(value) || { value, text, words: data.words.map(() => 0), total: 0 };
    group.words[vm.w] += 1;
    group.total += 1;
    found.set(value, group);
  }
  const order = [...found.values()].sort((a, b) => {
    const at = a.words.findIndex((count, word) => count !== b.words[word]);
    return at < 0 ? (a.text < b.text ? -1 : 1) : b.words[at] - a.words[at];
  });
  $("group-count").textContent = `${number(order.length)} groups of ${number(state.rows.length)} VMs, the most failing first${order.length > MOST_OPTIONS ? `. ${number(MOST_OPTIONS)} are shown: filter the VMs, or download them` : ""}`;
  $("group-list").replaceChildren(...order.slice(0, MOST_OPTIONS).map((group) => bar(group, by)));
}
function bar(group, by) {
  const item = el("li"), line = el("span", null, "bar"), name = el("button", group.text);
  name.type = "button";
  name.disabled = !group.value;
  name.addEventListener("click", () => set({ [by.startsWith("tag:") ? "tag" : by]: group.value }));
  const parts = group.words.map((count, word) => [count, data.words[word]]).filter(([count]) => count);
  const text = parts.map(([count, word]) => `${number(count)} ${word}`).join(", ");
  line.setAttribute("role", "img");
  line.setAttribute("aria-label", text);
  line.title = text;
  for (const [count, word] of parts) {
    const part = el("i", null, word.replaceAll(" ", "-"));
    part.style.width = `${(100 * count) / group.total}%`;
    line.append(part);
  }
  item.append(name, line, el("small", `${number(group.total)} VMs: ${text}`));
  return item;
}
$("groups").addEventListener("toggle", groups);
$("group-by").addEventListener("change", groups);
