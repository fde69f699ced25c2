/** The signed-in client, for every part of the page, and when to draw it again. */
import type { Parley } from "@parley/client/connect"
import { createContext, useContext, useSyncExternalStore } from "react"
import type { Person } from "../session/session.ts"
import type { Redraws } from "./Redraws.ts"

export interface Signed {
  readonly parley: Parley
  readonly redraws: Redraws
  readonly person: Person
  /** Back to the question who it is. `why`: what the person is told there. */
  readonly leave: (why?: string) => void
}

export const ParleyContext = createContext<Signed | undefined>(undefined)

export const useSigned = (): Signed => {
  const signed = useContext(ParleyContext)
  if (signed === undefined) throw new Error("Nobody is signed in here.")
  return signed
}

/** The client; draws again when anything changes. */
export const useParley = (): Parley => {
  const { parley, redraws } = useSigned()
  useSyncExternalStore(redraws.subscribe, redraws.version)
  return parley
}

/** The client; draws again when this conversation changes, or what all share. */
export const useParleyOf = (
  conversationId: string,
): { readonly parley: Parley; readonly version: number } => {
  const { parley, redraws } = useSigned()
  const version = useSyncExternalStore(redraws.subscribe, () => redraws.versionOf(conversationId))
  return { parley, version }
}
