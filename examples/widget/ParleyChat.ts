/**
 * `<parley-chat with="support">`: a conversation with one person, at the corner of any page, without a framework.
 *
 * Always true: what people wrote goes into the page as text only; styles of the page do not reach in (shadow DOM).
 */
import type { Entry, Parley } from "@parley/client"

const styles = `
  :host { position: fixed; inset: auto 1rem 1rem auto; width: 20rem; font: 1rem/1.4 system-ui; color: #1c1c28;
    background: #fff; border-radius: .75rem; box-shadow: 0 .5rem 2rem #0003; display: flex; flex-direction: column }
  header, form, p { padding: .5rem .75rem; margin: 0 }
  header { font-weight: 600 }
  ol { list-style: none; margin: 0; padding: .5rem .75rem; height: 16rem; overflow-y: auto }
  li { margin: .25rem 0; padding: .25rem .5rem; border-radius: .5rem; background: #f0f0f5; width: fit-content; max-width: 90% }
  li.own { background: #dbe7ff; margin-inline-start: auto }
  li.pending { opacity: .6 }
  p { color: #5a5a6e; font-size: .875rem; min-height: 1.4em }
  form { display: flex; gap: .5rem }
  input { flex: 1; min-width: 0; font: inherit }
`

export class ParleyChat extends HTMLElement {
  readonly #list = document.createElement("ol")
  readonly #note = document.createElement("p")
  readonly #drawn = new Map<string, { readonly entry: Entry; readonly item: HTMLLIElement }>()

  async open(parley: Parley): Promise<void> {
    const partner = this.getAttribute("with") ?? ""
    const { id } = await parley.startDirect(partner)
    const input = Object.assign(document.createElement("input"), { name: "text", autocomplete: "off" })
    input.setAttribute("aria-label", "Message")
    const form = document.createElement("form")
    form.append(input, Object.assign(document.createElement("button"), { textContent: "Send" }))
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      if (input.value.trim() !== "") parley.send(id, input.value.trim())
      input.value = ""
    })
    input.addEventListener("input", () => parley.typed(id))
    this.#list.setAttribute("role", "log")
    this.#note.setAttribute("role", "status")
    const title = Object.assign(document.createElement("header"), { textContent: this.getAttribute("label") })
    const style = Object.assign(document.createElement("style"), { textContent: styles })
    this.attachShadow({ mode: "open" }).append(style, title, this.#list, this.#note, form)
    parley.watchPresence([partner])
    parley.views.subscribe(() => this.#draw(parley, id, partner))
    this.#draw(parley, id, partner)
  }

  #draw(parley: Parley, id: string, partner: string): void {
    const { entries, unread } = parley.views.conversation(id)
    const items = entries.flatMap((entry) =>
      entry.kind === "message" ? [this.#item(entry, parley.userId)] : [],
    )
    const atEnd = this.#list.scrollTop + this.#list.clientHeight >= this.#list.scrollHeight - 8
    this.#list.replaceChildren(...items)
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight
    this.#note.textContent = noteOf(parley, id, partner)
    if (unread > 0 && document.visibilityState === "visible") parley.markRead(id)
  }

  /** What did not change is the same object, and keeps its element. */
  #item(entry: Entry & { readonly kind: "message" }, me: string): HTMLLIElement {
    const before = this.#drawn.get(entry.key)
    if (before?.entry === entry) return before.item
    const item = before?.item ?? document.createElement("li")
    item.className = `${entry.senderId === me ? "own" : ""} ${entry.state}`
    item.textContent = entry.text ?? "deleted"
    this.#drawn.set(entry.key, { entry, item })
    return item
  }
}

const noteOf = (parley: Parley, id: string, partner: string): string => {
  const { ended, phase } = parley.status
  if (ended !== undefined) return ended.detail
  if (phase !== "live") return "Connecting …"
  if (parley.typingIn(id).length > 0) return "is typing …"
  return parley.presenceOf(partner).status === "online" ? "is here" : ""
}
