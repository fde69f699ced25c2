/**
 * Whose keys a stretch of the log needs, found in the events' text without decoding them, so that types unknown here count too.
 *
 * Always true: a sealed string is written as {"owner", "box"} in this order; nobody who sealed something is left out.
 */
const sealedOwner = /"owner":"([A-Za-z0-9_\-.:@]{1,64})","box":"/g

/** The owners of the sealed strings in these texts. */
export const sealedOwners = (texts: Iterable<string>): Set<string> => {
  const owners = new Set<string>()
  for (const text of texts) for (const match of text.matchAll(sealedOwner)) owners.add(match[1]!)
  return owners
}
