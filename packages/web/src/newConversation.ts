/** The dialog that starts a conversation: with one person, or a group with a name and members. */
import type { Parley } from "/client/connect.ts"
import { ParleyError } from "/client/Problem.ts"
import { element, iconButton } from "./element.ts"
import { field } from "./field.ts"
import { icon } from "./icons.ts"
import { memberInput } from "./memberInput.ts"

export const newConversationDialog = (parley: Parley, started: (id: string) => void) => {
  const partner = element("input", {
    id: "partner",
    required: true,
    pattern: "[A-Za-z0-9_.:@\\-]{1,64}",
    maxlength: "64",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    placeholder: "bob",
    title: "Up to 64 letters, digits and _ - . : @",
  })
  const name = element("input", {
    id: "group-name",
    required: true,
    maxlength: "200",
    autocomplete: "off",
    placeholder: "Weekend trip",
    dir: "auto",
  })
  const members = memberInput("group-members")
  const direct = element("div", { class: "tab-panel" }, field("partner", "User id", partner))
  const group = element(
    "div",
    { class: "tab-panel" },
    field("group-name", "Group name", name),
    field(
      "group-members",
      "Members",
      members.element,
      element("p", { class: "hint" }, "User ids; Enter, space or comma after each"),
    ),
  )
  const error = element("p", { class: "form-error", role: "alert" })
  const submit = element("button", { type: "submit", class: "button" }, "Start")
  const tabs = {
    direct: tab("One person", () => choose("direct")),
    group: tab("Group", () => choose("group")),
  }
  const form = element(
    "form",
    { class: "card", novalidate: false },
    element(
      "div",
      { class: "dialog-head" },
      element("h2", { id: "new-title" }, "New conversation"),
      iconButton(icon("close"), "Close", () => dialog.close()),
    ),
    element("div", { class: "tabs", role: "group", "aria-label": "With whom" }, tabs.direct, tabs.group),
    direct,
    group,
    error,
    submit,
  )
  const dialog = element("dialog", { "aria-labelledby": "new-title" }, form)
  let kind: "direct" | "group" = "direct"
  /** The same for all attempts at one group, so that a lost answer does not make two. */
  let key = ""

  const choose = (next: "direct" | "group"): void => {
    kind = next
    for (const [which, button] of Object.entries(tabs))
      button.setAttribute("aria-pressed", String(which === next))
    direct.hidden = next !== "direct"
    group.hidden = next !== "group"
    partner.disabled = next !== "direct"
    name.disabled = next !== "group"
    error.textContent = ""
    submit.textContent = next === "direct" ? "Start" : "Create group"
    ;(next === "direct" ? partner : name).focus()
  }
  const start = async (): Promise<void> => {
    submit.disabled = true
    error.textContent = ""
    try {
      const made =
        kind === "direct"
          ? await parley.startDirect(partner.value.trim())
          : await parley.createGroup(name.value.trim(), members.ids(), key)
      dialog.close()
      started(made.id)
    } catch (problem) {
      if (!(problem instanceof ParleyError)) throw problem
      error.textContent = problem.problem.detail
    } finally {
      submit.disabled = false
    }
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const wrong = kind === "group" ? members.problem() : undefined
    if (wrong === undefined) void start()
    else error.textContent = wrong
  })
  form.addEventListener("input", () => (key = newKey()))
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close()
  })
  return {
    element: dialog,
    open: (): void => {
      form.reset()
      members.clear()
      key = newKey()
      dialog.showModal()
      choose("direct")
    },
  }
}

const tab = (label: string, press: () => void): HTMLButtonElement => {
  const button = element("button", { type: "button" }, label)
  button.addEventListener("click", press)
  return button
}

/** `randomUUID` is there on secure origins only. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  )
