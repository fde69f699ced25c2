/** Of several people, whose keys are in memory, and whose must be looked up. */
import type { DataKey } from "../KeyVault.ts"

export const keysInMemory = (
  owners: ReadonlyArray<string>,
  get: (owner: string) => DataKey | undefined,
): { readonly found: Map<string, DataKey>; readonly missing: ReadonlySet<string> } => {
  const found = new Map<string, DataKey>()
  const missing = new Set<string>()
  for (const owner of owners) {
    const key = get(owner)
    if (key === undefined) missing.add(owner)
    else found.set(owner, key)
  }
  return { found, missing }
}
