/**
 * Texts that outlive the page: for the browser, and for this window alone.
 *
 * Always true: a browser that keeps nothing (blocked, or full) costs only the outliving: until the page is closed they are kept here.
 */

export interface Kept {
  readonly get: (key: string) => string | undefined
  /** Without a value it is forgotten. */
  readonly set: (key: string, value: string | undefined) => void
}

/** `storage` throws where the browser forbids it. */
export const keptIn = (storage: () => Storage): Kept => {
  /** What the storage did not take. */
  const here = new Map<string, string | undefined>()
  return {
    get: (key) => {
      if (here.has(key)) return here.get(key)
      try {
        return storage().getItem(key) ?? undefined
      } catch {
        return undefined
      }
    },
    set: (key, value) => {
      here.delete(key)
      try {
        if (value === undefined) storage().removeItem(key)
        else storage().setItem(key, value)
      } catch {
        here.set(key, value)
      }
    },
  }
}

export const forBrowser = keptIn(() => localStorage)

export const forWindow = keptIn(() => sessionStorage)
