/**
 * Who sits at this window, and which device it is.
 *
 * Always true: the person is kept for the window (two windows may be two people), the installation for the browser. No two
 * windows have one device id, also when one was made by duplicating the other.
 */
import { devLogin } from "/client/devLogin.ts"
import type { KeyValues } from "/client/Outbox.ts"

export interface Person {
  readonly userId: string
  readonly name: string
}

const personKey = "parley.person"
const lastKey = "parley.last_person"

export const rememberedPerson = (): Person | undefined => readPerson(sessionStorage.getItem(personKey))

/** Who signed in last in this browser, to be offered again. */
export const lastPerson = (): Person | undefined => readPerson(localStorage.getItem(lastKey))

export const rememberPerson = (person: Person): void => {
  sessionStorage.setItem(personKey, JSON.stringify(person))
  localStorage.setItem(lastKey, JSON.stringify(person))
}

export const forgetPerson = (): void => sessionStorage.removeItem(personKey)

/** Access tokens by the development login; a refused one is replaced by signing in again. */
export const tokenSource = (person: Person, first?: string): ((refused?: string) => Promise<string>) => {
  let token = first
  return async (refused) => {
    if (token === undefined || token === refused)
      token = (await devLogin(location.origin, person)).access_token
    return token
  }
}

/** The installation's id and the window's. */
export const deviceId = async (): Promise<string> => {
  const installation = kept(localStorage, "parley.installation", 12)
  for (;;) {
    const tab = kept(sessionStorage, "parley.tab", 8)
    if (await claim(`parley.tab.${tab}`)) return `web-${installation}-${tab}`
    sessionStorage.removeItem("parley.tab")
  }
}

export const keptOutbox: KeyValues = {
  entries: () => Object.entries(localStorage),
  set: (key, value) => localStorage.setItem(key, value),
  delete: (key) => localStorage.removeItem(key),
}

const kept = (storage: Storage, key: string, length: number): string => {
  const value = storage.getItem(key) ?? letters(length)
  storage.setItem(key, value)
  return value
}

const letters = (length: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => (byte % 36).toString(36)).join("")

/**
 * Holds the name as long as the window lives. A reload may come before the old page has let go, so it waits a little. Browsers
 * have locks on secure origins only; without them the server still ends the older of two connections.
 */
const claim = async (name: string): Promise<boolean> => {
  if (navigator.locks === undefined) return true
  const waiting = AbortSignal.timeout(400)
  return new Promise((answer) => {
    const held = navigator.locks.request(name, { signal: waiting }, () => {
      answer(true)
      return new Promise<never>(() => {})
    })
    held.catch(() => answer(false))
  })
}

const readPerson = (text: string | null): Person | undefined => {
  if (text === null) return undefined
  const { name, userId } = JSON.parse(text) as Partial<Person>
  return typeof userId === "string" ? { userId, name: typeof name === "string" ? name : "" } : undefined
}
