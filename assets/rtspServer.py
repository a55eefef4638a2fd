"""A real RTSP server (GStreamer) for tests: rtspServer.py '{"clip": "/path.mp4", "users": [["user", "password"]]}'

/cam plays the clip's H.264, /sound a tone. With "sub", /main plays the clip and /sub that one. With users all want digest authentication.
With "udpOnly", over TCP nothing is sent. Prints `ready PORT`. "address" is where it listens, else 127.0.0.1; "paths" are more addresses of the
clip. With "isReporting" it also prints `play CONNECTION IP /PATH` and `closed CONNECTION`.
With --check instead, ends with 0 when everything that it needs is installed.
"""
import itertools
import json
import sys

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstRtsp', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

Gst.init(None)
if sys.argv[1] == '--check':
    needed = ('qtdemux', 'h264parse', 'rtph264pay', 'audiotestsrc', 'alawenc', 'rtppcmapay')
    sys.exit(0 if all(Gst.ElementFactory.find(name) for name in needed) else 1)
options = json.loads(sys.argv[1])
server = GstRtspServer.RTSPServer()
server.set_address(options.get('address', '127.0.0.1'))
server.set_service(str(options.get('port', 0)))

def video(clip):
    return f'filesrc location={clip} ! qtdemux ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=1'


SOUND = 'audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0 pt=8'

streams = [('/cam', video(options['clip'])), ('/sound', SOUND)]
streams += [(path, video(options['clip'])) for path in options.get('paths', [])]
if options.get('sub'):
    streams += [('/main', video(options['clip'])), ('/sub', video(options['sub']))]
for path, launch in streams:
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f'( {launch} )')
    if options.get('udpOnly'):
        factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP)
    if options.get('users'):
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_role('user')
        permissions.add_permission_for_role('user', 'media.factory.access', True)
        permissions.add_permission_for_role('user', 'media.factory.construct', True)
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory(path, factory)

if options.get('users'):
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string('media.factory.role', 'user')
    for user, password in options['users']:
        auth.add_digest(user, password, token)
    server.set_auth(auth)

connections = itertools.count(1)


def report(_, client):
    connection = next(connections)
    ip = client.get_connection().get_ip()
    client.connect(
        'play-request',
        lambda _, context: print(f'play {connection} {ip} {context.uri.abspath.rstrip("/")}', flush=True),
    )
    client.connect('closed', lambda _: print(f'closed {connection}', flush=True))


if options.get('isReporting'):
    server.connect('client-connected', report)

server.attach(None)
print(f'ready {server.get_bound_port()}', flush=True)
GLib.MainLoop().run()
