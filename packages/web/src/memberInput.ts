/** A field for several user ids, each a chip that can be taken away again. */
import { element } from "./element.ts"

const wellFormed = /^[A-Za-z0-9_.:@-]{1,64}$/

export const memberInput = (id: string) => {
  const chosen = new Set<string>()
  const chips = element("ul", { class: "chips", "aria-label": "Chosen members" })
  const input = element("input", {
    id,
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    placeholder: "bob, cyd",
  })
  const box = element("div", { class: "chip-box" }, chips, input)

  const draw = (): void => {
    chips.replaceChildren(
      ...[...chosen].map((userId) => {
        const remove = element("button", { type: "button", "aria-label": `Remove ${userId}` }, "×")
        remove.addEventListener("click", () => {
          chosen.delete(userId)
          changed()
          input.focus()
        })
        return element("li", { class: "chip" }, userId, remove)
      }),
    )
  }
  /** Taking a chip away is input, as typing is. */
  const changed = (): void => {
    draw()
    input.dispatchEvent(new Event("input", { bubbles: true }))
  }
  /** What is well formed becomes chips, the rest stays to be corrected. */
  const take = (): void => {
    const words = input.value.split(/[\s,;]+/).filter(Boolean)
    for (const word of words) if (wellFormed.test(word)) chosen.add(word)
    input.value = words.filter((word) => !wellFormed.test(word)).join(" ")
    draw()
  }
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return
    if (["Enter", ",", ";", " "].includes(event.key) && input.value.trim() !== "") {
      event.preventDefault()
      take()
    } else if (event.key === "Backspace" && input.value === "" && chosen.size > 0) {
      chosen.delete([...chosen].at(-1) ?? "")
      changed()
    }
  })
  input.addEventListener("blur", take)
  box.addEventListener("click", (event) => event.target === box && input.focus())
  return {
    element: box,
    ids: (): ReadonlyArray<string> => [...chosen],
    problem: (): string | undefined => {
      take()
      return input.value === "" ? undefined : `“${input.value}” is no user id.`
    },
    clear: (): void => {
      chosen.clear()
      input.value = ""
      draw()
    },
  }
}
