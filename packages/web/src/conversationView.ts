/** The place for the open conversation: a pane of its own for each, or what stands there while there is none. */
import type { Parley } from "/client/connect.ts"
import { ParleyError } from "/client/Problem.ts"
import { type ConversationPane, conversationPane } from "./conversationPane.ts"
import { element } from "./element.ts"
import { icon } from "./icons.ts"
import type { ReadMarks } from "./readMarks.ts"

interface Actions {
  readonly back: () => void
  readonly compose: () => void
}

export const conversationView = (parley: Parley, marks: ReadMarks, actions: Actions) => {
  const view = element("main", { class: "conversation" })
  let id: string | undefined
  let pane: ConversationPane | undefined
  /** The conversation that was asked for because nothing is known of it. */
  let asked: string | undefined

  /** A link may lead to a conversation that is not among the recent ones, or to none. */
  const ask = async (wanted: string): Promise<void> => {
    asked = wanted
    view.replaceChildren(blank("Opening the conversation…"))
    try {
      await parley.loadConversation(wanted)
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error
      if (error.problem.retryable) asked = undefined
      if (id !== wanted) return
      const back = element("button", { type: "button", class: "button quiet" }, "Back to the list")
      back.addEventListener("click", actions.back)
      view.replaceChildren(
        blank(
          error.problem.code === "not_found"
            ? "There is no such conversation, or you are not in it."
            : error.problem.detail,
          back,
        ),
      )
    }
  }

  return {
    element: view,

    show: (next: string | undefined): void => {
      if (next === id && (pane !== undefined || next === undefined)) {
        if (next === undefined && view.childElementCount === 0) view.replaceChildren(welcome(actions.compose))
        return
      }
      id = next
      pane = undefined
      asked = undefined
      view.replaceChildren(...(next === undefined ? [welcome(actions.compose)] : []))
    },

    draw: (): void => {
      if (id === undefined) return
      const conversation = parley.conversation(id)
      if (conversation === undefined) {
        if (pane !== undefined) {
          pane = undefined
          asked = id
          view.replaceChildren(blank("You are no longer in this conversation."))
        } else if (asked !== id && parley.status.phase === "live") void ask(id)
        else if (view.childElementCount === 0) view.replaceChildren(blank("Opening the conversation…"))
        return
      }
      if (pane === undefined) {
        pane = conversationPane(parley, marks, id, actions.back)
        view.replaceChildren(pane.element)
      }
      pane.draw()
    },
  }
}

const welcome = (compose: () => void): HTMLElement => {
  const button = element("button", { type: "button", class: "button" }, "New conversation")
  button.addEventListener("click", compose)
  return blank("Choose a conversation, or start a new one.", button)
}

const blank = (text: string, ...more: ReadonlyArray<HTMLElement>): HTMLElement =>
  element(
    "div",
    { class: "blank" },
    element("span", { class: "blank-icon" }, icon("speech")),
    element("p", {}, text),
    ...more,
  )
