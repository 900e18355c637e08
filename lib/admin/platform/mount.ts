import { VersioningType } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import type { Mount } from './admin-paths.js';

/**
 * How the host has mounted the module.
 *
 * @param config configuration of the application; its prefix may change until the application starts
 * @param path the option `path` of the module
 */
export function mountOf(config: ApplicationConfig, path: string): Mount {
  const versioning = config.getVersioning();
  const inPath = versioning?.type === VersioningType.URI;
  return {
    globalPrefix: config.getGlobalPrefix(),
    versionPrefix: inPath ? versionPrefixOf(versioning) : undefined,
    path,
  };
}

/** The same rule as in Nest: `v` by default, none with `false`. */
const versionPrefixOf = ({ prefix = 'v' }: UriVersioningOptions): string => (prefix === false ? '' : prefix);

type UriVersioningOptions = { readonly prefix?: string | false };
