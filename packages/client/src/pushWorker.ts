/**
 * For a service worker: shows what a push says (protocol, section 8), and takes it away when it was read elsewhere.
 *
 *     self.addEventListener("push", (event) => event.waitUntil(showPush(self.registration, event.data?.text())))
 *
 * Always true: whatever arrives, also nonsense, throws nothing; kinds that are not known show nothing.
 */

export interface PushTexts {
  /** Shown when the push carries no words. */
  readonly title: string
  readonly body: string
  readonly icon?: string
}

interface Payload {
  readonly kind?: string
  readonly conversation_id?: string
  readonly title?: string
  readonly body?: string
  readonly badge?: number
  readonly tag?: string
}

type Registration = Pick<ServiceWorkerRegistration, "showNotification" | "getNotifications">

const plain: PushTexts = { title: "Parley", body: "There is something new." }

/** The notification's `data` is `{ conversationId }`, for `notificationclick`. */
export const showPush = async (
  registration: Registration,
  text: string | undefined,
  texts: PushTexts = plain,
): Promise<void> => {
  const { badge, body, conversation_id: conversationId, kind, tag, title } = read(text)
  if (badge !== undefined) await setBadge(badge)
  if (kind === "clear") {
    const shown = await registration.getNotifications(tag === undefined ? {} : { tag })
    for (const one of shown) one.close()
  } else if (kind === "message" || kind === "security")
    await registration.showNotification(title ?? texts.title, {
      body: body ?? (title === undefined ? texts.body : ""),
      data: { conversationId },
      ...(tag === undefined ? {} : { tag }),
      ...(texts.icon === undefined ? {} : { icon: texts.icon }),
    })
}

const read = (text: string | undefined): Payload => {
  try {
    return (JSON.parse(text ?? "{}") ?? {}) as Payload
  } catch {
    return {}
  }
}

const setBadge = async (count: number): Promise<void> => {
  try {
    await (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge())
  } catch {
    // Not every browser, and no page that is not installed, has a badge.
    return
  }
}
