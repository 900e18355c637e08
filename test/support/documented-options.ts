import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { codeIn, readPage, rowsOf } from './markdown.js';

/** An option as docs/options.md describes it. */
export interface DocumentedOption {
  readonly name: string;
  /** The default if it is a number; otherwise undefined. */
  readonly fallback: number | undefined;
  /** Minimum and maximum; undefined if the page does not give both as numbers. */
  readonly range: readonly [number, number] | undefined;
}

const OPTIONS: Readonly<Record<string, string>> = {
  WebhooksOptions: '',
  DatabaseOptions: 'database.',
  WakeUpsOptions: 'wakeUps.',
  EgressOptions: 'egress.',
  EncryptionOptions: 'encryption.',
  RetentionOptions: 'retention.',
  TelemetryOptions: 'telemetry.',
};

/** The options that the sources declare: `timeoutMs`, `egress.allowHttp`, `accessPolicy`, … */
export function declaredOptions(): string[] {
  return [
    ...Object.entries(OPTIONS).flatMap(([name, prefix]) =>
      membersOf('lib/webhooks.options.ts', name).map((member) => prefix + member),
    ),
    ...membersOf('lib/webhooks.extras.ts', 'WebhooksModuleExtras'),
  ].filter((option) => !Object.values(OPTIONS).includes(`${option}.`));
}

export function documentedOptions(): DocumentedOption[] {
  return rowsOf(readPage('docs/options.md').text).map((cells) => {
    const range = /^([\d,]+) to ([\d,]+)$/.exec(cells.length === 4 ? cells[2]! : '');
    return {
      name: codeIn(cells[0]!)!,
      fallback: /^[\d,]+$/.test(cells[1]!) ? numberIn(cells[1]!) : undefined,
      range: range ? [numberIn(range[1]!), numberIn(range[2]!)] : undefined,
    };
  });
}

function membersOf(file: string, name: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext);
  const declaration = source.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  ) as ts.InterfaceDeclaration | undefined;
  if (!declaration) throw new Error(`${file} declares no interface ${name}.`);
  return declaration.members.map((member) => (member.name as ts.Identifier).text);
}

const numberIn = (text: string): number => Number(text.replaceAll(',', ''));
