import { describe, expect, it } from '@jest/globals';
import { VersioningType, type VersioningOptions } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { mountOf } from '../../../lib/admin/platform/mount.js';

describe('the mount of the module', () => {
  it.each<[VersioningOptions | undefined, string | undefined]>([
    [undefined, undefined],
    [{ type: VersioningType.HEADER, header: 'x-version' }, undefined],
    [{ type: VersioningType.URI }, 'v'],
    [{ type: VersioningType.URI, prefix: 'version-' }, 'version-'],
    [{ type: VersioningType.URI, prefix: false }, ''],
  ])('with the versioning %j has the version prefix %j', (versioning, versionPrefix) => {
    const config = new ApplicationConfig();
    if (versioning) config.enableVersioning(versioning);
    expect(mountOf(config, 'hooks')).toEqual({ globalPrefix: '', path: 'hooks', versionPrefix });
  });
});
