const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** A text of one line without control characters, which would change the terminal. */
export const printable = (text: string): string => text.replace(CONTROL, '?');
