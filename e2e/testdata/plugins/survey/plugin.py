"""Asks by buttons in a post and by a dialog; the server brings the answers over HTTP."""

import json

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import Dialog, DialogElement, OpenDialogRequest, Post

URL = "/plugins/org.mmpy.survey"
SIZES = [{"text": "Small", "value": "s"}, {"text": "Large", "value": "l"}]


class Survey(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="survey"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        if args.command == "/survey dialog":
            self.open_dialog(args)
            return json.dumps(None)
        return json.dumps(self.ask(args))

    def ask(self, args):
        """A post with a button for each answer."""
        actions = [
            {
                "id": name.lower(),
                "name": name,
                "type": "button",
                "integration": {"url": URL + "/vote", "context": {"answer": name, "weight": weight}},
            }
            for name, weight in (("Yes", 1), ("No", 0.5))
        ]
        props = {"attachments": [{"title": "Cake?", "actions": actions}]}
        return self.api.create_post(Post(id="", channel_id=args.channel_id, user_id=args.user_id, props=props)).id

    def open_dialog(self, args):
        elements = [
            DialogElement(display_name="What", name="what", type="text", placeholder="Cake", optional=True),
            DialogElement(display_name="Size", name="size", type="select", options=SIZES, default="s"),
            DialogElement(display_name="Candles", name="candles", type="bool"),
        ]
        dialog = Dialog(
            callback_id="order",
            title="Order",
            introduction_text="What *kind*?",
            elements=elements,
            state=args.channel_id,
        )
        self.api.open_interactive_dialog(
            OpenDialogRequest(trigger_id=args.trigger_id, url=URL + "/order", dialog=dialog)
        )

    @hook(HookName.ServeHTTP)
    def serve(self, context, response, request):
        given = json.loads(request.body)
        answer = {"/vote": self.vote, "/order": self.order}[request.url](given)
        response.set_header("Content-Type", "application/json")
        response.write(json.dumps(answer))

    def vote(self, given):
        """Puts the answer in the place of the question."""
        user = self.api.get_user(given["user_id"])
        voted = f"{user.username} says {given['context']['answer']}, which counts {given['context']['weight']}"
        return {"update": {"message": voted, "props": {}}, "ephemeral_text": "Thank you"}

    def order(self, given):
        """Refuses what nobody can bake, in the dialog; what is ordered stands in the channel."""
        order = given["submission"]
        if order["what"] == "moon":
            return {"errors": {"what": "nobody bakes that"}}
        text = f"One {order['size']} {order['what']}" + (" with candles" if order["candles"] else "")
        self.api.create_post(Post(id="", channel_id=given["state"], user_id=given["user_id"], message=text))
        return {}


if __name__ == "__main__":
    run_plugin(Survey)
