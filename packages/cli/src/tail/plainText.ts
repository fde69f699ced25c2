/**
 * Text that people wrote, as one line of a terminal.
 *
 * Always true: nothing in it moves the cursor, colours, rings or turns the direction of what follows.
 */

// oxlint-disable-next-line no-control-regex -- they are what must go
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]/g

export const plainText = (text: string): string =>
  text
    .replaceAll(/\r\n|[\n\u2028\u2029]/g, " ⏎ ")
    .replaceAll(unsafe, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`)
