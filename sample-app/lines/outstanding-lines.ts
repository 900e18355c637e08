import { BadRequestException, ConflictException } from '@nestjs/common';

/** A line of an order or of a purchase. A part of its quantity may have been handed over already. */
export interface ProgressLine {
  readonly lineNumber: number;
  readonly productUid: string;
  readonly quantity: number;
  /** Part of `quantity` that is done. */
  readonly done: number;
}

/** The quantity of a line to do now. */
export interface LinePart {
  readonly lineNumber: number;
  readonly quantity: number;
}

/**
 * Returns the parts to do now: the named ones, or everything that is outstanding if `named` is undefined.
 *
 * @throws {BadRequestException} when a part names a line twice, or one that does not exist
 * @throws {ConflictException} when a part has a larger quantity than is outstanding
 */
export function partsToDo(lines: readonly ProgressLine[], named: readonly LinePart[] | undefined) {
  const parts = named ?? lines.map((line) => ({ lineNumber: line.lineNumber, quantity: outstanding(line) }));
  if (new Set(parts.map(({ lineNumber }) => lineNumber)).size < parts.length) {
    throw new BadRequestException('Name each line once.');
  }
  return parts.filter(({ quantity }) => quantity > 0).map((part) => partToDo(lines, part));
}

/** Whether nothing is outstanding once `parts` are done. */
export const completes = (lines: readonly ProgressLine[], parts: readonly LinePart[]): boolean =>
  lines.every((line) => {
    const part = parts.find(({ lineNumber }) => lineNumber === line.lineNumber);
    return outstanding(line) === (part?.quantity ?? 0);
  });

function partToDo(lines: readonly ProgressLine[], { lineNumber, quantity }: LinePart) {
  const line = lines.find((candidate) => candidate.lineNumber === lineNumber);
  if (!line) throw new BadRequestException(`There is no line ${lineNumber}.`);
  if (quantity > outstanding(line)) {
    throw new ConflictException(`Of line ${lineNumber} only ${outstanding(line)} are outstanding.`);
  }
  return { lineNumber, productUid: line.productUid, quantity };
}

const outstanding = ({ quantity, done }: ProgressLine): number => quantity - done;
