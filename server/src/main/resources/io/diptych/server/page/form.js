/** Forms made from the JSON Schemas of commands. Knows nothing of any particular app. */

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

const typesOf = (schema) => (schema.type === undefined ? [] : [schema.type].flat());

const words = (name) => name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/_/g, " ").toLowerCase();

const randomId = (aggregate) => `${aggregate[0]}-${Math.floor(Math.random() * 0x10000).toString(16).padStart(4, "0")}`;

/** A value that a visitor can send as it is. */
function exampleOf(name, schema, lastIds) {
  const aggregate = schema["x-diptych-id"];
  if (aggregate) return lastIds.get(aggregate) ?? randomId(aggregate);
  if (schema.examples) return schema.examples[0];
  const types = typesOf(schema);
  if (types.includes("integer")) return "2";
  if (types.includes("number")) return "9.95";
  if (schema.format === "date-time") return new Date().toISOString();
  if (schema.format === "date") return new Date().toISOString().slice(0, 10);
  if (schema.format === "uuid") return crypto.randomUUID?.() ?? "";
  if (types.includes("string")) return name === "reason" ? "Changed my mind" : `Sample ${words(name)}`;
  return "";
}

function inputFor(name, schema, required, lastIds) {
  const id = `field-${name}`;
  const types = typesOf(schema);
  if (schema.enum) {
    const options = (required ? [] : [""]).concat(schema.enum).map((value) => element("option", { value }, value));
    return element("select", { id, name }, ...options);
  }
  if (types.includes("boolean")) return element("input", { id, name, type: "checkbox" });
  const structured = schema.$ref || schema.anyOf || types.includes("object") || types.includes("array");
  const number = types.length > 0 && types.every((type) => ["integer", "number", "null"].includes(type));
  const input = element("input", { id, name, type: "text", autocomplete: "off", spellcheck: "false" });
  if (number) input.inputMode = types.includes("integer") ? "numeric" : "decimal";
  if (structured) input.placeholder = "JSON";
  input.value = required ? exampleOf(name, schema, lastIds) : "";
  return input;
}

const KINDS = { string: "text", integer: "whole number", number: "number", boolean: "yes or no", array: "JSON list" };
const FORMATS = { "date-time": "date and time, ISO 8601", date: "date, ISO 8601", uuid: "UUID", uri: "URI", duration: "duration, ISO 8601" };

const kindOf = (schema) => FORMATS[schema.format]
  ?? (typesOf(schema).filter((type) => type !== "null").map((type) => KINDS[type] ?? "JSON").join(" or ") || "JSON");

function fieldFor(name, schema, required, lastIds) {
  const input = inputFor(name, schema, required, lastIds);
  if (required) input.setAttribute("aria-required", "true");
  const note = kindOf(schema);
  const noteId = `${input.id}-note`;
  input.setAttribute("aria-describedby", noteId);
  return element("div", { class: "field" },
    element("label", { for: input.id }, name), input,
    element("span", { class: "note", id: noteId }, note));
}

/** Fills the two parts of the form, required fields first. */
export function build(command, required, optional, lastIds) {
  const names = new Set(command.schema.required ?? []);
  const entries = Object.entries(command.schema.properties ?? {});
  const fields = (wanted) => entries.filter(([name]) => names.has(name) === wanted)
    .map(([name, schema]) => fieldFor(name, schema, wanted, lastIds));
  required.replaceChildren(...fields(true));
  optional.replaceChildren(...fields(false));
  return optional.childElementCount > 0;
}

/**
 * The command's JSON as text. Numbers are passed as they were typed, so that what is wrong is told by the server, in
 * its own words; and long ones keep all their digits.
 */
export function bodyOf(form, command) {
  const members = [];
  const required = new Set(command.schema.required ?? []);
  for (const [name, schema] of Object.entries(command.schema.properties ?? {})) {
    const input = form.elements.namedItem(name);
    const text = input.type === "checkbox" ? String(input.checked) : input.value;
    if (text === "" && !required.has(name)) continue;
    if (text === "" && input.value === "" && !typesOf(schema).includes("string")) continue;
    members.push(`${JSON.stringify(name)}: ${valueOf(text, schema)}`);
  }
  return `{${members.join(", ")}}`;
}

function valueOf(text, schema) {
  const types = typesOf(schema);
  if (types.includes("string") || schema.enum) return JSON.stringify(text);
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

/** The value of the field that names the aggregate. */
export function idOf(form, command) {
  for (const [name, schema] of Object.entries(command.schema.properties ?? {})) {
    if (schema["x-diptych-id"]) return form.elements.namedItem(name).value;
  }
  return null;
}

/** Marks the field that the problem's detail names, and puts the cursor there. */
export function markInvalid(form, detail) {
  let first = null;
  for (const input of form.querySelectorAll("#fields [name], #optional-fields [name]")) {
    const named = detail !== null
      && (new RegExp(`\\[[^\\]]*\\b${input.name}\\b[^\\]]*\\]`).test(detail) || (input.value !== "" && detail.includes(`[${input.value}]`)));
    if (named) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (named && !first) first = input;
  }
  first?.closest("details")?.setAttribute("open", "");
  first?.focus();
}
