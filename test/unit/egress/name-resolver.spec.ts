import { describe, expect, it } from '@jest/globals';
import { NameResolver } from '../../../lib/egress/name-resolver.js';
import { InvalidOptionError } from '../../../lib/errors/start-up.errors.js';

describe('the servers of the name resolver', () => {
  it.each([['ns.example'], ['9.9.9.9:port'], ['']])('may not be %j', (server) => {
    expect(() => new NameResolver(['9.9.9.9', server])).toThrow(InvalidOptionError);
    expect(() => new NameResolver(['9.9.9.9', server])).toThrow(/"egress\.dnsServers".*IP address/s);
  });
});
