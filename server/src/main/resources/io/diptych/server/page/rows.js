/** The rows that a command changed, read with its consistency token. */

const panel = document.getElementById("rows");

const element = (tag, text, className) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
};

const display = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));

function fieldsOf(row) {
  const list = element("dl");
  for (const [name, value] of Object.entries(row)) {
    list.append(element("dt", name), value === null ? element("dd", "null", "none") : element("dd", display(value)));
  }
  return list;
}

function problemOf(problem) {
  const box = element("div", undefined, "problem");
  box.append(element("strong", problem.title ?? "The query failed"), element("p", problem.detail ?? ""));
  return box;
}

function card(readModel, path) {
  const made = element("article", undefined, "row-card");
  const header = element("header");
  const link = element("a", path);
  link.href = path;
  header.append(element("h3", readModel), link);
  made.append(header);
  return made;
}

async function read({ readModel, key }, token) {
  const base = `/api/read-models/${encodeURIComponent(readModel)}`;
  const path = key === null ? `${base}?limit=3` : `${base}/${encodeURIComponent(key)}`;
  const made = card(readModel, path);
  try {
    const response = await fetch(path, { headers: { "Consistency-Token": token, Prefer: "wait=10" } });
    const content = await response.json();
    if (!response.ok) made.append(problemOf(content));
    else if (key !== null) made.append(fieldsOf(content));
    else if (content.rows.length === 0) made.append(element("p", "No rows.", "hint"));
    else {
      made.append(element("p", "The command does not say which row it concerns. The first ones:", "hint"));
      content.rows.forEach((row) => made.append(fieldsOf(row)));
    }
  } catch (failure) {
    made.append(problemOf({ title: "The server did not answer", detail: String(failure.message) }));
  }
  return made;
}

/** Reads each place where the command's effect can be seen, and shows them. */
export async function show(places, token) {
  panel.setAttribute("aria-busy", "true");
  const cards = await Promise.all(places.map((place) => read(place, token)));
  panel.replaceChildren(...cards);
  panel.removeAttribute("aria-busy");
}

/** Shows a sentence instead of rows. */
export function say(sentence) {
  panel.replaceChildren(element("p", sentence, "hint"));
}
