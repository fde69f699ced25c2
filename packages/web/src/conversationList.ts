/** The conversations of a person, latest activity first. */
import type { Parley } from "/client/connect.ts"
import { ParleyError } from "/client/Problem.ts"
import type { Conversation } from "/client/wire.ts"
import { avatar } from "./avatar.ts"
import { element, iconButton } from "./element.ts"
import { icon } from "./icons.ts"
import type { ReadMarks } from "./readMarks.ts"
import { type Drawn, type Row, reconcile } from "./reconcile.ts"
import type { Person } from "./session.ts"
import { shortMoment } from "./times.ts"
import { colourIdOf, previewOf, titleOf } from "./titles.ts"

interface Actions {
  readonly compose: () => void
  readonly leave: () => void
}

export const conversationList = (parley: Parley, marks: ReadMarks, person: Person, actions: Actions) => {
  const me = parley.userId
  const items = element("ul", { class: "conversations" })
  const empty = element("div", { class: "list-empty", hidden: true })
  const scroller = element("nav", { class: "list-scroller", "aria-label": "Conversations" }, items, empty)
  const drawn: Drawn = new Map()
  let more = true
  let loading = false
  let loaded = false

  const load = async (): Promise<void> => {
    if (loading || !more) return
    loading = true
    try {
      more = (await parley.loadConversations()).more
      loaded = true
    } catch (error) {
      // The next scroll or connection asks again; meanwhile the connection banner tells what is wrong.
      if (!(error instanceof ParleyError)) throw error
    } finally {
      loading = false
    }
  }
  scroller.addEventListener("scroll", () => {
    if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 400) void load()
  })
  items.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return
    const links = [...items.querySelectorAll("a")]
    const at = links.findIndex((link) => link === document.activeElement)
    links[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus()
    event.preventDefault()
  })

  const rowOf = (conversation: Conversation, open: boolean, now: number): Row => {
    const { id } = conversation
    const title = titleOf(conversation, me)
    const last = parley.lastMessage(id)
    const preview = previewOf(parley, conversation)
    const when = shortMoment(last?.at ?? Date.parse(conversation.created_at), now)
    const unread = open && !document.hidden ? 0 : marks.unread(id)
    const state = last?.senderId === me ? last.state : undefined
    return {
      key: id,
      look: JSON.stringify([title, preview, when, unread, state, open]),
      draw: () => {
        const badge = element(
          "span",
          { class: "badge", "aria-label": `${unread} unread` },
          unread > 99 ? "99+" : String(unread),
        )
        const mark =
          state === undefined
            ? []
            : [icon(state === "sent" ? "check" : state === "failed" ? "failed" : "clock")]
        const link = element(
          "a",
          { href: `#${id}`, class: "conversation-link", "aria-current": open ? "true" : undefined },
          avatar(colourIdOf(conversation, me), title),
          element("span", { class: "conversation-title", dir: "auto" }, title),
          element("span", { class: `conversation-when ${state ?? ""}` }, ...mark, when),
          element("span", { class: "conversation-preview", dir: "auto" }, preview.slice(0, 200)),
          ...(unread > 0 ? [badge] : []),
        )
        return element("li", {}, link)
      },
    }
  }

  return {
    element: element(
      "aside",
      { class: "sidebar" },
      element(
        "header",
        { class: "sidebar-head" },
        avatar(me, person.name || me, "small"),
        element(
          "span",
          { class: "me" },
          element("strong", { dir: "auto" }, person.name || me),
          ...(person.name === "" ? [] : [element("small", {}, me)]),
        ),
        iconButton(icon("leave"), "Sign out", actions.leave),
        iconButton(icon("compose"), "New conversation", actions.compose, "icon-button filled"),
      ),
      scroller,
    ),

    /** The inbox knows conversations older than those that the connection brought. */
    loadFirst: async (): Promise<void> => {
      if (!loaded) await load()
    },

    draw: (openId: string | undefined): void => {
      const now = Date.now()
      const { conversations } = parley
      reconcile(
        items,
        drawn,
        conversations.map((one) => rowOf(one, one.id === openId, now)),
      )
      const nothing = conversations.length === 0
      empty.hidden = !nothing
      if (nothing) empty.replaceChildren(...nothingYet(loaded, actions.compose))
    },
  }
}

const nothingYet = (loaded: boolean, compose: () => void): ReadonlyArray<HTMLElement> => {
  if (!loaded) return [1, 2, 3, 4].map(() => element("div", { class: "skeleton", "aria-hidden": "true" }))
  const button = element("button", { type: "button", class: "button quiet" }, "Start a conversation")
  button.addEventListener("click", compose)
  return [element("p", { class: "muted" }, "No conversations yet."), button]
}
