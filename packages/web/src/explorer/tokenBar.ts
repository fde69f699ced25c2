/** Who asks: a field for a token, and on a development server a person to be, at one click. */
import { devLogin } from "@parley/client/devLogin"
import { ParleyError } from "@parley/client/Problem"
import { element } from "./element.ts"
import { bearer, keepToken, token } from "./session.ts"

export const tokenBar = (developmentLogin: boolean): HTMLElement => {
  const field = element("input", {
    id: "token",
    type: "password",
    placeholder: "Access token",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": "Access token",
  })
  field.value = token()
  const who = element("p", { class: "who", role: "status" })
  const show = (): void => {
    const name = bearer(field.value)
    who.textContent =
      field.value === ""
        ? "Nobody: requests carry no token."
        : `Asking as ${name ?? "the bearer of this token"}.`
  }
  field.addEventListener("input", () => {
    keepToken(field.value.trim())
    show()
  })
  show()
  const paste = element("form", {}, field)
  paste.addEventListener("submit", (event) => event.preventDefault())
  return element(
    "section",
    { class: "token-bar", "aria-label": "Who asks" },
    who,
    ...(developmentLogin
      ? [
          signIn(who, (text) => {
            field.value = text
            keepToken(text)
            show()
          }),
        ]
      : []),
    paste,
  )
}

const signIn = (who: HTMLElement, signedIn: (token: string) => void): HTMLElement => {
  const user = element("input", {
    id: "development-user",
    "aria-label": "User id",
    pattern: "[A-Za-z0-9_.:@\\-]{1,64}",
    required: true,
    autocapitalize: "none",
    spellcheck: "false",
  })
  user.value = "ann"
  const form = element(
    "form",
    { class: "sign-in" },
    user,
    element("button", { type: "submit", class: "button small" }, "Sign in"),
  )
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    try {
      signedIn((await devLogin(location.origin, { userId: user.value.trim() })).access_token)
    } catch (failure) {
      if (!(failure instanceof ParleyError)) throw failure
      who.textContent = failure.problem.detail
    }
  })
  return form
}
