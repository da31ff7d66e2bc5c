"""Configuration files of window managers, panels and toast services: what makes one desktop look unlike another."""

from __future__ import annotations

TINT2 = """panel_items = TC
panel_position = bottom center horizontal
panel_size = 100% 34
panel_background_id = 1
taskbar_mode = single_desktop
task_text = 1
task_icon = 0
task_maximum_size = 220 30
task_font_color = #d0d4da 100
task_background_id = 2
time1_format = %H:%M:%S
time2_format = %a %d %b
time1_font = Noto Sans 9
time2_font = Noto Sans 7
clock_font_color = #e6e6e6 100
strut_policy = follow_size
rounded = 0
border_width = 0
background_color = #14171c 100
rounded = 2
border_width = 0
background_color = #2b313a 100
"""
TINT2 = "\n".join([*TINT2.splitlines()[-6:], *TINT2.splitlines()[:-6], ""])  # backgrounds come first

XFWM4 = {
    ".config/xfce4/xfconf/xfce-perchannel-xml/xfwm4.xml": """<?xml version="1.0"?><channel name="xfwm4" version="1.0">
<property name="general" type="empty"><property name="theme" type="string" value="Greybird-dark"/>
<property name="use_compositing" type="bool" value="false"/></property></channel>"""
}


def dunst(origin: str, background: str, foreground: str, width_px: int = 340) -> dict[str, str]:
    """Toasts at ``origin`` (bottom-right, top-center, ...) in the given colours."""
    text = f"""[global]
origin = {origin}
offset = 18x56
width = {width_px}
height = 140
padding = 14
horizontal_padding = 18
frame_width = 1
frame_color = "#555555"
font = Noto Sans 11
format = "<b>%a</b>  <small>now</small>\\n<b>%s</b>\\n%b"
fullscreen = show
[urgency_normal]
background = "{background}"
foreground = "{foreground}"
timeout = 30
"""
    return {".config/dunst/dunstrc": text}


ICEWM = {
    ".icewm/theme": 'Theme="NanoBlue/default.theme"\n',
    ".icewm/preferences": 'TaskBarShowClock=1\nTimeFormat="%H:%M"\nTaskBarShowWorkspaces=0\nShowProgramsMenu=0\n'
    'TaskBarShowCPUStatus=0\nTaskBarShowNetStatus=0\nTaskBarShowMEMStatus=0\n',
}  # fmt: skip

JWM = {
    "jwmrc": """<?xml version="1.0"?><JWM>
<Tray x="0" y="-1" height="42" autohide="off"><Spacer width="14"/><TaskList maxwidth="260"/>
<Clock format="%H:%M   %d/%m/%Y"/><Spacer width="16"/></Tray>
<WindowStyle><Font>Noto Sans-10</Font><Width>2</Width><Height>32</Height><Corner>0</Corner>
<Active><Foreground>#1a1a1a</Foreground><Background>#f3f3f3</Background><Outline>#9a9a9a</Outline></Active>
<Foreground>#888888</Foreground><Background>#ffffff</Background><Outline>#c0c0c0</Outline></WindowStyle>
<TrayStyle><Font>Noto Sans-10</Font><Background>#e8eef4</Background><Foreground>#202020</Foreground></TrayStyle>
<TaskListStyle list="all"><Font>Noto Sans-10</Font>
<Active><Background>#ffffff</Background><Foreground>#202020</Foreground></Active><Background>#e8eef4</Background><Foreground>#404040</Foreground></TaskListStyle>
<Desktops width="1" height="1"/><DoubleClickSpeed>400</DoubleClickSpeed><FocusModel>click</FocusModel>
<Mouse context="title" button="1">move</Mouse><Mouse context="title" button="11">maximize</Mouse>
<Mouse context="maximize" button="1">maximize</Mouse></JWM>
"""
}
FLUXBOX = {
    ".fluxbox/init": "session.screen0.toolbar.visible: true\nsession.screen0.toolbar.placement: TopCenter\n"
    "session.screen0.toolbar.widthPercent: 100\nsession.screen0.toolbar.height: 28\n"
    "session.screen0.toolbar.tools: workspacename, iconbar, clock\nsession.screen0.strftimeFormat: %a %d %b  %H:%M\n"
    "session.screen0.iconbar.mode: {static groups} (workspace)\nsession.screen0.rootCommand: true\n"
    "session.styleFile: /usr/share/fluxbox/styles/bora_black\nsession.screen0.workspaces: 1\n"
    "session.screen0.windowPlacement: UnderMousePlacement\nsession.screen0.workspaceNames: Main\n",
    ".fluxbox/keys": "OnTitlebar Double Mouse1 :MaximizeWindow\n",
    ".fluxbox/overlay": "background: none\ntoolbar.iconbar.focused.font: sans-9\n"
    "toolbar.iconbar.unfocused.font: sans-9\ntoolbar.clock.font: sans-9\nwindow.font: sans-9\n",
}
