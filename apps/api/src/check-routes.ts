import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { OPEN, REQUIRES } from '../../../libs/platform';
import { rolePermissions } from './roles';

export interface RouteRight {
  route: string;
  /** The permission, or `open: why`. */
  right: string;
}

/** Route → permission for every route of the process, sorted. */
export function routeRights(app: INestApplicationContext): RouteRight[] {
  const reflector = app.get(Reflector);
  const scanner = new MetadataScanner();
  const found: RouteRight[] = [];
  for (const { instance, metatype } of app.get(DiscoveryService).getControllers()) {
    if (!metatype) continue;
    const prototype = (instance ? Object.getPrototypeOf(instance) : metatype.prototype) as Record<string, () => unknown>;
    const base = String(Reflect.getMetadata(PATH_METADATA, metatype) ?? '');
    for (const name of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[name]!;
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
      if (method === undefined) continue;
      const path = [base, String(Reflect.getMetadata(PATH_METADATA, handler) ?? '')]
        .map((part) => part.replace(/^\/|\/$/g, ''))
        .filter(Boolean);
      const open = reflector.getAllAndOverride<string | undefined>(OPEN, [handler, metatype]);
      const permission = reflector.getAllAndOverride<string | undefined>(REQUIRES, [handler, metatype]);
      found.push({ route: `${RequestMethod[method]} /${path.join('/')}`, right: open ? `open: ${open}` : (permission ?? '') });
    }
  }
  return found.sort((a, b) => (a.route < b.route ? -1 : 1));
}

/** Refuses to start when a route says nothing about who may use it, or asks for a permission that nobody holds. */
export function checkRoutes(app: INestApplicationContext): void {
  const held = new Set<string>(['session', ...Object.values(rolePermissions).flat()]);
  const faults = routeRights(app).filter(({ right }) => !right.startsWith('open: ') && !held.has(right));
  if (faults.length)
    throw new Error(
      `routes without a right that somebody holds: ${faults.map(({ route, right }) => `${route} (${right})`).join(', ')}`,
    );
}
