import * as form from "./form.js";
import * as flow from "./flow.js";
import * as rows from "./rows.js";

const $ = (id) => document.getElementById(id);
const lastIds = new Map();
let commands = [];
let sending = false;

const chosen = () => commands.find((command) => command.type === $("command-type").value);

const newId = () => crypto.randomUUID?.()
  ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function showCurl() {
  const command = chosen();
  if (!command) return;
  const body = form.bodyOf($("command-form"), command).replace(/'/g, "'\\''");
  $("curl").textContent = `curl -i ${location.origin}${command.path} \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}

function showForm() {
  const command = chosen();
  if (!command) return;
  $("optional").hidden = !form.build(command, $("fields"), $("optional-fields"), lastIds);
  showProblem(null);
  $("answer").textContent = "";
  showCurl();
}

function showProblem(problem) {
  const box = $("problem");
  box.hidden = problem === null;
  box.replaceChildren();
  form.markInvalid($("command-form"), problem?.detail ?? null);
  if (problem === null) return;
  const title = document.createElement("strong");
  title.textContent = problem.code ? `${problem.title} (${problem.code})` : problem.title;
  const detail = document.createElement("p");
  detail.textContent = problem.detail;
  box.append(title, detail);
  if (problem.type?.startsWith("/")) {
    const more = document.createElement("a");
    more.href = problem.type;
    more.textContent = "What to do about it";
    box.append(more);
  }
}

async function showFlow(commandId) {
  const response = await fetch(`/api/flows/${encodeURIComponent(commandId)}`);
  if (!response.ok) return null;
  const report = await response.json();
  flow.show(report);
  return report;
}

async function send() {
  const command = chosen();
  const commandId = newId();
  const body = form.bodyOf($("command-form"), command);
  showProblem(null);
  $("answer").textContent = "Sending …";
  await flow.follow(commandId, command.type);
  const response = await fetch(command.path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": commandId },
    body,
  });
  const answer = await response.json();
  if (!response.ok) {
    $("answer").textContent = `${response.status}`;
    showProblem(answer);
    rows.say("The command changed nothing.");
    await showFlow(commandId);
    return;
  }
  const id = form.idOf($("command-form"), command);
  if (id) lastIds.set(command.aggregate, id);
  if (response.status === 202) {
    $("answer").textContent = answer.detail ?? "202: the command is durable, its reply has not come yet.";
    return;
  }
  const history = document.createElement("a");
  history.href = `/api/aggregates/${encodeURIComponent(answer.aggregate)}/${encodeURIComponent(answer.id)}/events`;
  history.textContent = "its history";
  $("answer").textContent = `${response.status}: ${answer.aggregate} ${answer.id}, version ${answer.version} `;
  $("answer").append(history);
  const report = await showFlow(commandId);
  await rows.show(report?.rows ?? [], answer.token);
  await showFlow(commandId);
}

async function submit(event) {
  event.preventDefault();
  if (sending) return;
  sending = true;
  $("send").setAttribute("aria-disabled", "true");
  document.body.classList.add("busy");
  try {
    await send();
  } catch (failure) {
    $("answer").textContent = "";
    flow.stop();
    showProblem({ title: "The server did not answer", detail: `${failure.message}: is it still running?` });
  } finally {
    sending = false;
    $("send").removeAttribute("aria-disabled");
    document.body.classList.remove("busy");
  }
}

async function showHealth() {
  const health = $("health");
  try {
    const response = await fetch("/health/ready");
    const report = await response.json();
    const waiting = report.components.filter((component) => component.reason || !component.ready);
    health.textContent = response.ok && waiting.length === 0
      ? "ready"
      : waiting.map(({ name, status, reason }) => `${name}: ${reason ?? status.toLowerCase()}`).join("; ");
    health.classList.toggle("down", !response.ok);
  } catch {
    health.textContent = "the server does not answer";
    health.classList.add("down");
  }
}

async function start() {
  const list = await (await fetch("/api/commands")).json();
  commands = list.commands;
  document.title = `${list.app} · Diptych`;
  $("command-type").replaceChildren(...commands.map(({ type }) => new Option(type, type)));
  $("read-model-links").replaceChildren(...list.readModels.map((name) => {
    const link = document.createElement("a");
    link.href = `/api/read-models/${encodeURIComponent(name)}`;
    link.textContent = name;
    return link;
  }));
  $("command-type").addEventListener("change", showForm);
  $("command-form").addEventListener("input", showCurl);
  $("command-form").addEventListener("submit", submit);
  $("copy").addEventListener("click", async () => {
    await navigator.clipboard?.writeText($("curl").textContent);
    $("copy").textContent = "Copied";
    setTimeout(() => { $("copy").textContent = "Copy"; }, 1500);
  });
  showForm();
  await showHealth();
  setInterval(() => { if (!document.hidden) showHealth(); }, 5000);
}

start().catch((failure) => showProblem({ title: "The page could not start", detail: failure.message }));
