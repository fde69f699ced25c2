/**
 * Hooks for React 18 and 19: a Parley in the tree, and what a screen shows of it.
 *
 * Always true: what a hook returns is the same object until something in it changes, one rendering sees one state of the store
 * (no tearing), and mounting twice is harmless (StrictMode). Components below a `ParleyProvider` use them.
 *
 *     const parley = connect({ url, token })
 *     createRoot(element).render(<ParleyProvider parley={parley}><App /></ParleyProvider>)
 */
import {
  type ReactElement,
  type ReactNode,
  createContext,
  createElement,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from "react"
import type { Status } from "./Connection.ts"
import type { PresenceOf } from "./Presence.ts"
import type { ConversationLine, ConversationView } from "./Views.ts"
import type { Parley } from "./connect.ts"

const ParleyContext = createContext<Parley | undefined>(undefined)

export interface ParleyProviderProps {
  readonly parley: Parley
  readonly children?: ReactNode
}

export const ParleyProvider = ({ children, parley }: ParleyProviderProps): ReactElement =>
  createElement(ParleyContext.Provider, { value: parley }, children)

/** The Parley of the nearest `ParleyProvider`. Throws without one. */
export const useParley = (): Parley => {
  const parley = useContext(ParleyContext)
  if (parley === undefined) throw new Error("There is no <ParleyProvider> above this component.")
  return parley
}

/** The connection's state: connecting, catching up, live, or offline with the time of the next attempt. */
export const useConnection = (): Status & {
  /** Dial now, whatever is being waited for. */
  readonly wake: () => void
} => {
  const parley = useParley()
  const { status, subscribe } = parley.views
  const now = useSyncExternalStore(subscribe, status, status)
  return useMemo(() => ({ ...now, wake: () => parley.wake() }), [parley, now])
}

/** Latest activity first; lines that did not change keep their identity. */
export const useConversations = (): ReadonlyArray<ConversationLine> => {
  const { conversations, subscribe } = useParley().views
  return useSyncExternalStore(subscribe, conversations, conversations)
}

/** What a person can do in a conversation; the functions keep their identity as long as the conversation is the same. */
export interface ConversationActions {
  /** Answers with the key of the entry. */
  readonly send: (text: string, to?: { readonly replyTo?: string; readonly threadRoot?: string }) => string
  /** These four are shown at once, and reject with `ParleyError` when the server refuses. */
  readonly edit: (messageId: string, text: string) => Promise<void>
  readonly remove: (messageId: string) => Promise<void>
  readonly react: (messageId: string, emoji: string) => Promise<void>
  readonly unreact: (messageId: string, emoji: string) => Promise<void>
  /** Everything up to `seq` was seen; without it, everything that is held. */
  readonly markRead: (seq?: number) => void
  /** Rejects with `ParleyError`. */
  readonly loadOlder: () => Promise<void>
  /** A failed message, by its key. */
  readonly retry: (key: string) => void
  readonly discard: (key: string) => void
}

export const useConversation = (id: string): ConversationView & ConversationActions => {
  const parley = useParley()
  const read = useCallback(() => parley.views.conversation(id), [parley, id])
  const view = useSyncExternalStore(parley.views.subscribe, read, read)
  const actions = useMemo(() => actionsOf(parley, id), [parley, id])
  return useMemo(() => ({ ...view, ...actions }), [view, actions])
}

const actionsOf = (parley: Parley, id: string): ConversationActions => ({
  send: (text, to) => parley.send(id, text, to),
  edit: (messageId, text) => parley.edit(id, messageId, text),
  remove: (messageId) => parley.delete(id, messageId),
  react: (messageId, emoji) => parley.react(id, messageId, emoji),
  unreact: (messageId, emoji) => parley.unreact(id, messageId, emoji),
  markRead: (seq) => parley.markRead(id, seq),
  loadOlder: () => parley.loadOlder(id),
  retry: (key) => parley.retry(key),
  discard: (key) => parley.discard(key),
})

/** What somebody is called; his id until that is known. */
export const useName = (userId: string): string => {
  const parley = useParley()
  const read = useCallback(() => parley.people.nameOf(userId), [parley, userId])
  return useSyncExternalStore(parley.views.subscribe, read, read)
}

/** Who of the others is typing there, and what to call while the person himself does. */
export const useTyping = (
  conversationId: string,
): {
  readonly userIds: ReadonlyArray<string>
  /** At every key; the others are told seldom enough. */
  readonly typed: () => void
  /** The field was emptied. Leaving the conversation and sending say it by themselves. */
  readonly stopped: () => void
} => {
  const parley = useParley()
  const read = useCallback(() => parley.typingIn(conversationId), [parley, conversationId])
  const userIds = useSyncExternalStore(parley.views.subscribe, read, read)
  useEffect(() => () => parley.stoppedTyping(conversationId), [parley, conversationId])
  return useMemo(
    () => ({
      userIds,
      typed: () => parley.typed(conversationId),
      stopped: () => parley.stoppedTyping(conversationId),
    }),
    [parley, conversationId, userIds],
  )
}

/** Whether somebody is there, watched as long as the component is mounted. */
export const usePresence = (userId: string): PresenceOf => {
  const parley = useParley()
  const read = useCallback(() => parley.presenceOf(userId), [parley, userId])
  useEffect(() => parley.watchPresence([userId]), [parley, userId])
  return useSyncExternalStore(parley.views.subscribe, read, read)
}
