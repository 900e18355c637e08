import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../cli-errors.js';
import { checkConfig } from './check-config.js';
import type { TillhookConfig } from './tillhook-config.js';

const EXTENSIONS = ['.mjs', '.cjs', '.js', '.json'];
const NAMES = EXTENSIONS.map((extension) => `tillhook.config${extension}`);

/**
 * Reads and checks the configuration file.
 *
 * @param cwd directory in which the file is searched, and to which a relative `file` refers
 * @param file `--config`; undefined: `tillhook.config.{mjs,cjs,js,json}`, which need not exist
 * @returns an empty configuration if there is no file
 * @throws {ConfigError} if the file cannot be read or is invalid, or if there are several
 */
export async function loadConfig(cwd: string, file: string | undefined): Promise<TillhookConfig> {
  const found = file ?? findIn(cwd);
  if (found === undefined) return {};
  if (!EXTENSIONS.includes(path.extname(found))) {
    throw new ConfigError(
      `${found}: the name of a configuration file must end with one of ${EXTENSIONS.join(', ')}.`,
    );
  }
  const absolute = path.resolve(cwd, found);
  if (!existsSync(absolute)) throw new ConfigError(`${found}: file not found in ${cwd}.`);
  return checkConfig(await read(absolute, found), found);
}

function findIn(cwd: string): string | undefined {
  const found = NAMES.filter((name) => existsSync(path.join(cwd, name)));
  if (found.length < 2) return found[0];
  throw new ConfigError(
    `Several configuration files: ${found.join(', ')}. Keep one, or choose one with --config.`,
  );
}

async function read(absolute: string, name: string): Promise<unknown> {
  try {
    if (path.extname(absolute) === '.json') return JSON.parse(await readFile(absolute, 'utf8'));
    return ((await import(pathToFileURL(absolute).href)) as { default?: unknown }).default;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${name} cannot be read: ${reason}`, { cause: error });
  }
}
