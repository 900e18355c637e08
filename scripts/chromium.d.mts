/** @throws {Error} that says how to install it, if there is none */
export function chromiumPath(): string;
