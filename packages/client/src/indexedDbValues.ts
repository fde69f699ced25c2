/**
 * Texts by key in the browser's own database, shared by all windows of an origin.
 *
 * Always true: every `set` and `delete` is one transaction, in the order of the calls; once the database is open, closing the window
 * right after a call does not undo it. A database that cannot be opened (private windows of some browsers) rejects every call.
 */
import type { KeyValues } from "./KeyValues.ts"

const table = "values"

export const indexedDbValues = (name = "parley"): KeyValues => {
  let opened: Promise<IDBDatabase> | undefined
  const open = (): Promise<IDBDatabase> => {
    opened ??= new Promise<IDBDatabase>((done, failed) => {
      const request = indexedDB.open(name, 1)
      request.onupgradeneeded = () => void request.result.createObjectStore(table)
      request.onsuccess = () => {
        // Another version, or the person who clears his data, must not wait for this window.
        request.result.onversionchange = () => {
          request.result.close()
          opened = undefined
        }
        done(request.result)
      }
      request.onerror = () => failed(request.error ?? new Error("The database cannot be opened."))
    })
    opened.catch(() => {
      opened = undefined
    })
    return opened
  }
  const write = async (act: (store: IDBObjectStore) => void): Promise<void> => {
    const database = await open()
    return new Promise((done, failed) => {
      const transaction = database.transaction(table, "readwrite")
      transaction.oncomplete = () => done()
      transaction.onabort = () => failed(transaction.error ?? new Error("The database took nothing."))
      act(transaction.objectStore(table))
      // Left to itself it ends only after its answer has come back here, and is undone if the window closes before.
      transaction.commit()
    })
  }
  return {
    entries: async () => {
      const database = await open()
      return new Promise((done, failed) => {
        const transaction = database.transaction(table, "readonly")
        const keys = transaction.objectStore(table).getAllKeys()
        const values = transaction.objectStore(table).getAll()
        transaction.oncomplete = () =>
          done(keys.result.map((key, at) => [String(key), String(values.result[at])] as const))
        transaction.onabort = () => failed(transaction.error ?? new Error("The database cannot be read."))
      })
    },
    set: (key, value) => write((store) => void store.put(value, key)),
    delete: (key) => write((store) => void store.delete(key)),
  }
}
