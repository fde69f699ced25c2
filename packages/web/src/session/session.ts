/**
 * Who sits at this window.
 *
 * Always true: the person is kept for the window, as two windows may be two people; who was last here is kept for the browser.
 */
import type { Options } from "@parley/client/Options"
import { devLogin } from "@parley/client/devLogin"
import { forBrowser, forWindow } from "./kept.ts"

export interface Person {
  readonly userId: string
  readonly name: string
  /** The access token that was pasted, kept as long as the window; absent for who came by the development sign-in. */
  readonly token?: string
}

const personKey = "parley.person"
const lastKey = "parley.last_person"

export const rememberedPerson = (): Person | undefined => readPerson(forWindow.get(personKey))

/** Who signed in last in this browser, to be offered again. */
export const lastPerson = (): Person | undefined => readPerson(forBrowser.get(lastKey))

export const rememberPerson = (person: Person): void => {
  forWindow.set(personKey, JSON.stringify(person))
  const { name, token, userId } = person
  if (token === undefined) forBrowser.set(lastKey, JSON.stringify({ userId, name }))
}

export const forgetPerson = (): void => forWindow.set(personKey, undefined)

/** Access tokens by the development login; a refused one is replaced by signing in again. A pasted one is all there is. */
export const tokenSource = (person: Person, first?: string): Options["token"] => {
  if (person.token !== undefined) return person.token
  let token = first
  return async (refused?: string) => {
    if (token === undefined || token === refused)
      token = (await devLogin(location.origin, person)).access_token
    return token
  }
}

const readPerson = (text: string | undefined): Person | undefined => {
  if (text === undefined) return undefined
  const { name, token, userId } = JSON.parse(text) as Partial<Person>
  if (typeof userId !== "string") return undefined
  const kept = typeof token === "string" ? { token } : {}
  return { userId, name: typeof name === "string" ? name : "", ...kept }
}
