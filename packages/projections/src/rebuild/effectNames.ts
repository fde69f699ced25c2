/** Followers that act on the world, by name. They are never rebuilt: what they did cannot be done again. */
export const effectNames: ReadonlySet<string> = new Set(["push", "webhooks"])
