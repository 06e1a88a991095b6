/** The table of a command's steps, filled while they happen. */

const summary = document.getElementById("flow-summary");
const body = document.querySelector("#flow tbody");

let steps = new Map();
let source = null;

const placeOf = (place) => {
  if (!place) return "";
  if (place.topic) return `${place.topic} / ${place.partition} @ ${place.offset}`;
  if (place.table) return place.row === undefined ? place.table : `${place.table} [${place.row}]`;
  return place.request ?? "";
};

function rowFor(step, fresh) {
  const row = document.createElement("tr");
  row.className = `${step.side === "hinge" ? "hinge-step" : step.side}${fresh ? " fresh" : ""}`;
  row.dataset.step = step.step;
  const cells = [["time", step.at.toFixed(1)], ["", step.component], ["", step.action], ["place", placeOf(step.place)]];
  for (const [name, text] of cells) {
    const cell = row.insertCell();
    cell.className = name;
    cell.textContent = text;
  }
  return row;
}

/** Inserts the step where its time belongs, and leaves the other rows alone, so that screen readers say it once. */
function add(step) {
  if (steps.has(step.step)) return;
  steps.set(step.step, step);
  const later = [...body.rows].find((row) => steps.get(row.dataset.step).at > step.at);
  body.insertBefore(rowFor(step, true), later ?? null);
}

/** Shows all steps of a flow as the gateway tells it. */
export function show(report) {
  report.steps.forEach(add);
}

/** Begins to follow a command that is about to be sent; the promise is kept when the gateway listens to us. */
export function follow(commandId, type) {
  stop();
  steps = new Map();
  body.replaceChildren();
  summary.textContent = `Following ${type} …`;
  source = new EventSource(`/api/flows/${encodeURIComponent(commandId)}`);
  const mine = source;
  source.addEventListener("step", (event) => add(JSON.parse(event.data)));
  source.addEventListener("done", () => {
    mine.close();
    const last = Math.max(0, ...[...steps.values()].map((step) => step.at));
    const visible = [...steps.keys()].some((step) => step.startsWith("visible:"));
    summary.textContent = visible
      ? `${type}: from the request to visible rows in ${last.toFixed(1)} ms, command id ${commandId}.`
      : `${type}: done after ${last.toFixed(1)} ms, command id ${commandId}.`;
  });
  return new Promise((resolve) => {
    source.addEventListener("open", resolve);
    source.addEventListener("error", () => { mine.close(); resolve(); });
  });
}

/** Stops following. */
export function stop() {
  source?.close();
  source = null;
}
