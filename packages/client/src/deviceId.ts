/**
 * Which device this is: one for each installation and window of a browser; elsewhere one for each start.
 *
 * Always true: no two windows that are open have one id, also when one was made by duplicating the other; a reload keeps it.
 */
import type { Platform } from "./Platform.ts"

/** In a browser: the device that gets the pushes of all windows. */
export const ownPushDevice = (platform: Platform): string | undefined => {
  const pages = storages()
  if (pages === undefined) return undefined
  return `web-${kept(platform, pages.local, "parley.installation", 12)}`
}

export const ownDeviceId = async (platform: Platform): Promise<string> => {
  const pages = storages()
  if (pages === undefined) return `app-${letters(platform, 16)}`
  const installation = kept(platform, pages.local, "parley.installation", 12)
  for (let attempt = 0; attempt < 5; attempt++) {
    const id = `web-${installation}-${kept(platform, pages.session, "parley.tab", 8)}`
    if (platform.hold === undefined || (await platform.hold(lockOf(id)))) return id
    pages.session.removeItem("parley.tab")
  }
  return `web-${installation}-${letters(platform, 8)}`
}

/** What a window holds as long as it lives. */
export const lockOf = (deviceId: string): string => `parley.device.${deviceId}`

const letters = (platform: Platform, length: number): string =>
  Array.from(platform.randomBytes(length), (byte) => (byte % 36).toString(36)).join("")

const kept = (platform: Platform, storage: Storage, key: string, length: number): string => {
  const value = storage.getItem(key) ?? letters(platform, length)
  storage.setItem(key, value)
  return value
}

/** A browser may forbid them, and says so when they are touched. */
const storages = (): { readonly local: Storage; readonly session: Storage } | undefined => {
  try {
    if (typeof document === "undefined") return undefined
    return { local: localStorage, session: sessionStorage }
  } catch {
    return undefined
  }
}
