/** The first thing a new visitor sees: who are you? For development servers; the server says whether it is one. */
import { devLogin } from "/client/devLogin.ts"
import { ParleyError } from "/client/Problem.ts"
import { element } from "./element.ts"
import { field } from "./field.ts"
import { icon } from "./icons.ts"
import { type Person, lastPerson } from "./session.ts"

/** `why`: what brought the person back here. */
export const signInPage = (signedIn: (person: Person, token: string) => void, why?: string): HTMLElement => {
  const last = lastPerson()
  const userId = element("input", {
    id: "user-id",
    name: "user_id",
    required: true,
    pattern: "[A-Za-z0-9_.:@\\-]{1,64}",
    maxlength: "64",
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    placeholder: "ada",
    value: last?.userId ?? "",
    title: "Up to 64 letters, digits and _ - . : @",
    "aria-describedby": "user-id-hint",
  })
  const name = element("input", {
    id: "name",
    name: "name",
    maxlength: "100",
    autocomplete: "name",
    placeholder: "Ada Lovelace",
    value: last?.name ?? "",
    dir: "auto",
  })
  const error = element("p", { class: "form-error", role: "alert" }, why ?? "")
  const button = element("button", { type: "submit", class: "button" }, "Sign in")
  const form = element(
    "form",
    { class: "card sign-in", "aria-labelledby": "sign-in-title" },
    element("span", { class: "logo", "aria-hidden": "true" }, icon("speech")),
    element("h1", { id: "sign-in-title" }, "Welcome to Parley"),
    element(
      "p",
      { class: "muted" },
      "Pick a user id and start talking. Open a second window to be somebody else.",
    ),
    field(
      "user-id",
      "User id",
      userId,
      element("p", { id: "user-id-hint", class: "hint" }, "Letters, digits and _ - . : @"),
    ),
    field("name", "Name", name, element("p", { class: "hint" }, "Optional")),
    error,
    button,
    element(
      "p",
      { class: "hint centred" },
      "Development sign-in: there is no password, so anybody who can open this page can be anybody.",
    ),
  )
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    button.disabled = true
    error.textContent = ""
    const person = { userId: userId.value.trim(), name: name.value.trim() }
    try {
      const { access_token, user_id } = await devLogin(location.origin, person)
      signedIn({ ...person, userId: user_id }, access_token)
    } catch (problem) {
      error.textContent = reason(problem)
      button.disabled = false
    }
  })
  queueMicrotask(() => userId.focus())
  return element("main", { class: "sign-in-page" }, form)
}

const reason = (error: unknown): string => {
  if (!(error instanceof ParleyError)) throw error
  return error.problem.code === "not_found"
    ? "This server has its development sign-in switched off. Start it with PARLEY_DEV_LOGIN=true to try it here."
    : error.problem.detail
}
