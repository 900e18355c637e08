/** @throws {Error} if Chromium is not found; the message says how to install it */
export function chromiumPath(): string;
