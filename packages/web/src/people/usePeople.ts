/** People whose name or id begins as the text does, a little after it stops changing. `undefined`: not known yet. */
import { ParleyError } from "@parley/client/Problem"
import type { Profile } from "@parley/client/wire"
import { useEffect, useState } from "react"
import { useSigned } from "../live/ParleyContext.ts"

const pauseMs = 150

export const usePeople = (text: string): ReadonlyArray<Profile> | undefined => {
  const { parley } = useSigned()
  const [found, setFound] = useState<ReadonlyArray<Profile>>()
  const wanted = text.trim()
  useEffect(() => {
    let current = true
    const search = async (): Promise<void> => {
      try {
        const people = await parley.people.search(wanted)
        // An earlier question may be answered later.
        if (current) setFound(people.filter((one) => one.user_id !== parley.userId))
      } catch (error) {
        // A well-formed id can be used without the list, so its absence says enough.
        if (!(error instanceof ParleyError)) throw error
        if (current) setFound([])
      }
    }
    const timer = setTimeout(() => void search(), pauseMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [parley, wanted])
  return found
}
