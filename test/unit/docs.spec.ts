import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import type { Type } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { AuditEntryDto } from '../../lib/admin/audit/audit-entry.dto.js';
import { AttemptDto, DeliveryDetailsDto, EventDto } from '../../lib/admin/deliveries/delivery-details.dto.js';
import { DeliveryDto } from '../../lib/admin/deliveries/delivery.dto.js';
import { ExplainedEventDto, WebhookExplanationDto } from '../../lib/admin/events/event-explanation.dto.js';
import { ListedEventDto } from '../../lib/admin/events/listed-event.dto.js';
import { TestSendResultDto } from '../../lib/admin/http-transport-operations/test-send.dto.js';
import { CreatedHttpTransportDto } from '../../lib/admin/http-transports/http-transport.dto.js';
import { WebhookDto } from '../../lib/admin/webhooks/webhook.dto.js';
import { COMMON_OPTIONS } from '../../lib/cli/command.js';
import { COMMANDS } from '../../lib/cli/commands.js';
import { buildEnvelope } from '../../lib/domain/envelope.js';
import { DEFAULT_RETRY_SCHEDULE_MS } from '../../lib/domain/retry-schedule.js';
import type { WebhooksHealthReport } from '../../lib/operations/health/health.js';
import {
  DOWN_AFTER_MS,
  FAILING_FROM,
  FAILURE_COUNTS_FOR_MS,
  OVERDUE_AFTER_MS,
} from '../../lib/operations/health/judge-health.js';
import {
  MOST_DELIVERIES,
  MOST_EVENTS,
  MOST_LANES,
  MOST_TENANTS,
} from '../../lib/persistence/ports/backlog-store.js';
import { NOTIFICATION_ACTIONS } from '../../lib/domain/notification-actions.js';
import { posCatalog } from '../../lib/pos/pos-catalog.js';
import type { WebhooksOptions } from '../../lib/webhooks.options.js';
import { resolveOptions } from '../../lib/webhooks.resolved-options.js';
import { allSources, declaredCodes } from '../support/declared-codes.js';
import { declaredRoutes } from '../support/declared-routes.js';
import { declaredOptions, documentedOptions } from '../support/documented-options.js';
import { codeBlocksOf, codeIn, deadLinksOf, readPage, readPages, rowsOf } from '../support/markdown.js';
import type { CodeBlock } from '../support/markdown.js';

const pages = readPages();
const blocks = pages.flatMap(codeBlocksOf);
const textOf = (file: string): string => readPage(file).text;

describe('The JSON in the documentation', () => {
  const json = blocks.filter(({ language }) => language === 'json');
  it.each(json.map((block): [string, CodeBlock] => [block.place, block]))(
    'parses: %s',
    (_place, { code }) => {
      expect(() => JSON.parse(code) as unknown).not.toThrow();
    },
  );

  it('shows the body of a request as it is sent', () => {
    const shown = codeBlocksOf(readPage('README.md')).find(({ language }) => language === 'json')!;
    const sent = buildEnvelope('ORDER_SETTLED', '7', posCatalog.ORDER_SETTLED.example);
    expect(JSON.stringify(JSON.parse(shown.code))).toBe(sent);
  });
});

describe('The links in the documentation', () => {
  it.each(pages.map((page) => [page.file, page] as const))(
    'lead to a file and a heading that exist: %s',
    (_file, page) => {
      expect(deadLinksOf(page)).toEqual([]);
    },
  );

  it('lead from the index to every page', () => {
    const index = textOf('docs/README.md');
    const missing = pages.filter(
      ({ file }) => file.startsWith('docs/') && !index.includes(`(${file.slice('docs/'.length)})`),
    );
    expect(missing.map(({ file }) => file)).toEqual(['docs/README.md']);
  });
});

describe('The options', () => {
  const documented = documentedOptions();

  it('are all documented, and no others', () => {
    expect(documented.map(({ name }) => name).sort()).toEqual(declaredOptions().sort());
  });

  it('have the numeric defaults that the page gives', () => {
    const resolved = resolveOptions({});
    const numbers = documented.filter(({ fallback }) => fallback !== undefined);
    expect(numbers.length).toBeGreaterThan(8);
    for (const { name, fallback } of numbers) expect([name, read(resolved, name)]).toEqual([name, fallback]);
  });

  it('have the ranges that the page gives', () => {
    const ranged = documented.flatMap(({ name, range }) => (range ? [{ name, range }] : []));
    expect(ranged.length).toBeGreaterThan(8);
    const accepts = (name: string, value: number): boolean => {
      try {
        resolveOptions(optionsWith(name, value));
        return true;
      } catch {
        return false;
      }
    };
    for (const { name, range } of ranged) {
      const [least, most] = range;
      const accepted = [least - 1, least, most, most + 1].map((value) => accepts(name, value));
      expect([name, ...accepted]).toEqual([name, false, true, true, false]);
    }
  });
});

describe('The codes of errors', () => {
  const documented = rowsOf(textOf('docs/errors.md')).map(([first]) => codeIn(first!)!);

  it('are all documented', () => {
    const missing = [...declaredCodes()].filter(([code]) => !documented.includes(code));
    expect(missing).toEqual([]);
  });

  it('all exist', () => {
    const sources = allSources();
    const stale = documented.filter((code) => !new RegExp(`\\b${code}\\b`).test(sources));
    expect(stale).toEqual([]);
  });
});

describe('The page about errors', () => {
  const page = textOf('docs/errors.md');

  it('names every exported class of errors', () => {
    const classes = exportedNames().filter((name) => name.endsWith('Error'));
    expect(classes.length).toBeGreaterThan(10);
    expect(classes.filter((name) => !page.includes(name))).toEqual([]);
  });

  it('explains every error that the module throws', () => {
    const thrown = readdirSync('lib/errors').flatMap((file) => {
      const source = readFileSync(`lib/errors/${file}`, 'utf8');
      return [...source.matchAll(/super\(\s*'([A-Z_]+)'|^ {2}([A-Z_]+):/gm)].map(
        ([, code, key]) => (code ?? key)!,
      );
    });
    expect(thrown.length).toBeGreaterThan(30);
    expect(thrown.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('gives a cause in every row', () => {
    const rows = rowsOf(page);
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter((cells) => cells.slice(0, -1).some((cell) => cell === ''))).toEqual([]);
  });

  it('explains every reason of health, and so does the page about health', () => {
    const source = readFileSync('lib/operations/health/health-report.ts', 'utf8');
    const [, union] = /type HealthReasonCode =([^;]+);/.exec(source)!;
    const codes = [...union!.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(10);
    for (const text of [page.slice(page.indexOf('## Health')), textOf('docs/health.md')])
      expect(codes.filter((code) => !rowsOf(text).some(([first]) => codeIn(first!) === code))).toEqual([]);
  });
});

describe('The page about troubleshooting', () => {
  it('has no empty cell', () => {
    const rows = rowsOf(textOf('docs/troubleshooting.md'));
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((cells) => cells.some((cell) => cell === ''))).toEqual([]);
  });
});

describe('The page about health', () => {
  const page = textOf('docs/health.md');

  it('shows a report with the four rounds of a worker', () => {
    const shown = codeBlocksOf(readPage('docs/health.md')).find(({ language }) => language === 'json')!;
    const report = JSON.parse(shown.code) as WebhooksHealthReport;
    const rounds = Object.keys(report.worker.rounds);
    expect(rounds).toEqual(['fanOut', 'claim', 'read', 'record']);
  });

  it('gives the thresholds that the module has', () => {
    expect(FAILING_FROM).toBe(3);
    expect(page).toContain('3 failed rounds of a stage in a row, the last one within 2 minutes');
    expect(FAILURE_COUNTS_FOR_MS).toBe(2 * 60_000);
    expect(page).toContain('has failed as a whole for 30 s without a success');
    expect(DOWN_AFTER_MS).toBe(30_000);
    expect(page).toContain('has had a due delivery for over 5 minutes');
    expect(page).toContain('has not been fanned out for over 5 minutes');
    expect(OVERDUE_AFTER_MS).toBe(5 * 60_000);
    for (const bound of [MOST_EVENTS, MOST_DELIVERIES, MOST_LANES, MOST_TENANTS])
      expect(page).toContain(bound.toLocaleString('en-US'));
  });
});

describe('The page about the command line', () => {
  const page = textOf('docs/command-line.md');
  const sectionOf = (title: string): string =>
    new RegExp(`^## ${title}\\n([^]*?)(?=^## |(?![^]))`, 'm').exec(page)![1]!;

  it('lists every command', () => {
    const listed = rowsOf(page.slice(0, page.indexOf('\n## '))).map(([name]) => codeIn(name!));
    expect(listed).toEqual([...COMMANDS.map(({ name }) => name), 'help']);
  });

  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    'lists the options of %s as its help does',
    (name, { options }) => {
      const common = rowsOf(sectionOf('Common options')).map(([option]) => codeIn(option!));
      const listed = rowsOf(sectionOf(name)).map(([option]) => codeIn(option!));
      const shown = Object.entries({ ...options, ...COMMON_OPTIONS }).map(([option, { value }]) =>
        value === undefined ? `--${option}` : `--${option} ${value}`,
      );
      expect(shown.filter((option) => !common.includes(option) && !listed.includes(option))).toEqual([]);
      expect(listed.filter((option) => !shown.includes(option!))).toEqual([]);
    },
  );

  it('lists the environment variables that are read', () => {
    const read = [...allSources().matchAll(/\bTILLHOOK_[A-Z_]+/g)].map(([name]) => name);
    expect(read.length).toBeGreaterThan(1);
    expect([...new Set(read)].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('The admin API', () => {
  const documented = pages
    .filter(({ file }) => file.startsWith('docs/'))
    .flatMap(({ text }) => rowsOf(text).flatMap((cells) => codeIn(cells[0]!) ?? []))
    .filter((code) => /^[A-Z]+ \//.test(code));

  it('has all of its routes documented, and no others', () => {
    expect(documented.sort()).toEqual(declaredRoutes().sort());
  });

  const resources: [string, Type][] = [
    ['docs/http-transports.md', CreatedHttpTransportDto],
    ['docs/http-transports.md', TestSendResultDto],
    ['docs/webhooks.md', WebhookDto],
    ['docs/deliveries.md', DeliveryDto],
    ['docs/deliveries.md', DeliveryDetailsDto],
    ['docs/deliveries.md', AttemptDto],
    ['docs/deliveries.md', EventDto],
    ['docs/events.md', ListedEventDto],
    ['docs/events.md', ExplainedEventDto],
    ['docs/events.md', WebhookExplanationDto],
    ['docs/audit.md', AuditEntryDto],
  ];
  it.each(resources)('has every field documented: %s, %p', (file, dto) => {
    const names = fieldsOf(dto);
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !textOf(file).includes(`\`${name}\``))).toEqual([]);
  });
});

describe('The catalog', () => {
  const rows = rowsOf(textOf('docs/actions-and-catalog.md')).flatMap(([action, when, payload]) => {
    const name = codeIn(action!)!;
    return /^[A-Z_]+$/.test(name) ? [{ name, when, payload: payload! }] : [];
  });

  it('is listed action by action', () => {
    const actions = Object.entries(posCatalog).map(([name, { description }]) => [name, description]);
    expect(rows.map(({ name, when }) => [name, when])).toEqual(actions);
  });

  it.each(rows)('is documented with the payload of $name', ({ name, payload }) => {
    const members = [...payload.matchAll(/`(\w+)\??`/g)].map((match) => match[1]);
    const { example } = posCatalog[name as keyof typeof posCatalog];
    const own = Object.keys(example).filter((key) => key !== 'tenant' && key !== 'tenantUser');
    expect(members).toEqual(own);
  });
});

describe('The page about notifications', () => {
  const rows = rowsOf(textOf('docs/notifications.md')).map(([type, action]) => [
    codeIn(type!),
    codeIn(action!),
  ]);

  it('lists every kind and every action', () => {
    const source = readFileSync('lib/domain/notification.ts', 'utf8');
    const types = [...source.matchAll(/readonly type: '(\w+)'/g)].map((match) => match[1]);
    expect(rows.map(([type]) => type).sort()).toEqual(types.sort());
    const actions = rows.flatMap(([, action]) => action ?? []);
    expect(actions.sort()).toEqual(Object.keys(NOTIFICATION_ACTIONS).sort());
  });
});

describe('The tables', () => {
  const page = textOf('docs/databases.md');
  const tables = ['postgres', 'sqlite'].map((dialect) => {
    const sql = readFileSync(`lib/persistence/migrations/create-webhook-tables.${dialect}.ts`, 'utf8');
    return [...sql.matchAll(/CREATE TABLE \$\{table\('(\w+)'\)\}/g)].map((match) => match[1]!);
  });

  it.each(tables)('are all listed: %#', (...names) => {
    const listed = rowsOf(page.slice(page.indexOf('## Tables'))).map(([name]) => codeIn(name!));
    expect(listed.sort()).toEqual([...names, 'webhook_migration'].sort());
  });

  it('are all granted', () => {
    const sql = codeBlocksOf(readPage('docs/databases.md')).find(({ language }) => language === 'sql')!.code;
    expect(tables[0]!.filter((name) => !new RegExp(`\\b${name}\\b`).test(sql))).toEqual([]);
  });
});

describe('The procedure of a data-only restore', () => {
  it('empties every table, the list of migrations included', () => {
    const page = textOf('docs/databases.md');
    const [, listed] = /TRUNCATE ([\w\s,]+)/.exec(page)!;
    const names = rowsOf(page.slice(page.indexOf('## Tables'))).map(([name]) => codeIn(name!));
    expect(
      listed!
        .split(',')
        .map((name) => name.trim())
        .sort(),
    ).toEqual(names.sort());
  });
});

describe('The documentation', () => {
  it('has the default schedule', () => {
    const schedule = DEFAULT_RETRY_SCHEDULE_MS.map(spoken).join(', ');
    for (const file of ['docs/deliveries.md', 'docs/options.md']) expect(textOf(file)).toContain(schedule);
  });

  it('mentions everything that the package exports', () => {
    const names = exportedNames();
    const all = pages.map(({ text }) => text).join('\n');
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !all.includes(name))).toEqual([]);
  });

  it('gives commands that the scripts of the package know', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
    const shell = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code);
    const named = [...shell.join('\n').matchAll(/npm (?:run )?([\w:]+)/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(4);
    expect(
      named.filter((name) => !['ci', 'install', 'ls', 'dedupe'].includes(name) && !(name in scripts)),
    ).toEqual([]);
  });

  it('lists every script of the package in the README', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
    const named = [...textOf('README.md').matchAll(/`([\w:]+)`/g)].map((match) => match[1]);
    expect(Object.keys(scripts).filter((name) => !named.includes(name))).toEqual([]);
  });

  it('gives the command that .ci/run looks for', () => {
    expect(textOf('README.md')).toMatch(/^npm ci && npm test\b/m);
  });
});

/** The values that the entry points of the package export, by the names that hosts import. */
function exportedNames(): string[] {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, { import?: { default: string } }>;
  };
  const builds = Object.values(exports).flatMap((entry) => entry.import?.default ?? []);
  const sources = builds.map((file) => file.replace('./dist/esm/', 'lib/').replace(/\.js$/, '.ts'));
  const entries = sources.map((file) => readFileSync(file, 'utf8'));
  const lists = entries.flatMap((text) => [...text.matchAll(/^export \{([^}]+)\}/gm)]);
  const names = lists.flatMap((match) => match[1]!.split(',').map((name) => name.trim()));
  return names.filter((name) => name !== '').map((name) => name.split(' as ').at(-1)!);
}

/** The value of an option by its path, e.g. `egress.maxPerOrigin`. */
function read(options: object, name: string): unknown {
  return name.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], options);
}

function optionsWith(name: string, value: number): WebhooksOptions {
  const [first, second] = name.split('.') as [string, string?];
  // The lease must be long enough for the longest attempt, whose range is checked here.
  return { leaseMs: 100_000, [first]: second === undefined ? value : { [second]: value } };
}

/** The names of the fields that the OpenAPI document shows. */
function fieldsOf(dto: Type): string[] {
  const marked = Reflect.getMetadata('swagger/apiModelPropertiesArray', dto.prototype as object) as string[];
  return marked.map((name) => name.replace(/^:/, ''));
}

/** `5 s`, `30 min`, `2 h`. */
function spoken(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3_600 ? `${seconds / 60} min` : `${seconds / 3_600} h`;
}
