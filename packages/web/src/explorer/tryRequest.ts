/** A form that sends the request that a route describes, to this server, and shows the answer as it came. */
import { element } from "./element.ts"
import type { Parameter, RouteEntry } from "./Catalogue.ts"
import { codeBlock } from "./jsonText.ts"
import { token } from "./session.ts"

interface Field {
  readonly parameter: Parameter
  readonly input: HTMLInputElement
}

export const tryRequest = (route: RouteEntry): HTMLElement => {
  const fields = route.parameters.map((parameter): Field => ({ parameter, input: inputFor(parameter) }))
  const body =
    route.body === undefined
      ? undefined
      : element("textarea", { id: "body", class: "code-input", spellcheck: "false", rows: "9" })
  if (body !== undefined) body.value = JSON.stringify(route.body?.example ?? {}, null, 2)
  const answer = element("div", { class: "answer", "aria-live": "polite" })
  const button = element("button", { type: "submit", class: "button" }, `Send ${route.method}`)
  const form = element(
    "form",
    { class: "try", novalidate: true },
    element("h2", {}, "Try it"),
    ...fields.map(({ input, parameter }) =>
      element(
        "label",
        { class: "try-field" },
        element(
          "span",
          {},
          element("code", {}, parameter.name),
          element(
            "span",
            { class: "muted" },
            ` ${parameter.in}${parameter.required === true ? "" : ", optional"}`,
          ),
        ),
        input,
      ),
    ),
    ...(body === undefined
      ? []
      : [element("label", { class: "try-field" }, element("span", {}, "Body"), body)]),
    button,
    answer,
  )
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    button.disabled = true
    answer.replaceChildren(element("p", { class: "muted" }, "Asking…"))
    try {
      answer.replaceChildren(...(await ask(route, fields, body?.value)))
    } catch (failure) {
      answer.replaceChildren(element("p", { class: "form-error" }, `No answer: ${String(failure)}`))
    } finally {
      button.disabled = false
    }
  })
  return form
}

const inputFor = (parameter: Parameter): HTMLInputElement => {
  const input = element("input", {
    spellcheck: "false",
    autocapitalize: "none",
    autocomplete: "off",
    placeholder: parameter.example === undefined ? "" : String(parameter.example),
  })
  if (parameter.in === "path" && parameter.example !== undefined) input.value = String(parameter.example)
  return input
}

const ask = async (
  route: RouteEntry,
  fields: ReadonlyArray<Field>,
  body: string | undefined,
): Promise<ReadonlyArray<HTMLElement>> => {
  const given = (place: Parameter["in"]) =>
    fields
      .filter(({ input, parameter }) => parameter.in === place && (place === "path" || input.value !== ""))
      .map(({ input, parameter }): [string, string] => [parameter.name, input.value])
  let path = route.path
  for (const [name, value] of given("path")) path = path.replace(`{${name}}`, encodeURIComponent(value))
  const query = new URLSearchParams(given("query")).toString()
  const target = query === "" ? path : `${path}?${query}`
  const started = performance.now()
  const response = await fetch(target, {
    method: route.method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(route.authenticated && token() !== "" ? { authorization: `Bearer ${token()}` } : {}),
      ...Object.fromEntries(given("header")),
    },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  const took = Math.round(performance.now() - started)
  const shown = ["content-type", "x-request-id", "retry-after", "ratelimit", "ratelimit-policy"]
    .filter((name) => response.headers.has(name))
    .map((name) => `${name}: ${response.headers.get(name)}`)
  return [
    element(
      "p",
      { class: "answer-line" },
      element(
        "span",
        { class: `status status-${Math.floor(response.status / 100)}` },
        String(response.status),
      ),
      element("code", {}, `${route.method} ${target}`),
      element("span", { class: "muted" }, `${took} ms`),
    ),
    codeBlock(shown.join("\n"), "Headers"),
    ...(text === "" ? [element("p", { class: "muted" }, "No body.")] : [codeBlock(indented(text), "Body")]),
  ]
}

const indented = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
